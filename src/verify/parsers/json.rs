//! Finds JSON values among the lines of an output.

use serde_json::Value;

/// A value that spans lines is tried this often; other lines only look like JSON.
const SPANNING_ATTEMPTS: usize = 8;

/// Objects and arrays that start at the start of a line, with the index of that line.
pub(super) fn values(lines: &[&str]) -> Vec<(usize, Value)> {
    let mut found = Vec::new();
    let mut attempts = 0;
    let mut skip_until = 0;
    for (index, line) in lines.iter().enumerate() {
        let text = line.trim();
        if index < skip_until || !(text.starts_with('{') || text.starts_with('[')) {
            continue;
        }
        match serde_json::from_str::<Value>(text) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => found.push((index, value)),
            Err(error) if error.is_eof() && attempts < SPANNING_ATTEMPTS => {
                attempts += 1;
                let rest = lines.get(index..).unwrap_or_default().join("\n");
                let mut stream = serde_json::Deserializer::from_str(&rest).into_iter::<Value>();
                if let Some(Ok(value)) = stream.next() {
                    let used = rest.get(..stream.byte_offset()).unwrap_or_default();
                    skip_until = index + used.lines().count();
                    found.push((index, value));
                }
            }
            Ok(_) | Err(_) => {}
        }
    }
    found
}

/// A text at a path of keys, or empty.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A number at a path of keys, or 0.
pub(super) fn count(value: &Value, pointer: &str) -> u32 {
    value.pointer(pointer).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

/// The items of an array at a path of keys; none when there is no array.
pub(super) fn items<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
