//! A terminal's screen as an SVG file, cell by cell.
//!
//! Lines and blocks are drawn as shapes, so that frames close whatever font is there;
//! the rest is text whose width is fixed to its cells.

use std::fmt::Write as _;

const CELL_WIDTH: f32 = 8.4;
const CELL_HEIGHT: f32 = 18.0;
const FONT_SIZE: f32 = 14.0;
const PADDING: f32 = 10.0;
/// What a terminal shows where the program names no colour.
const DEFAULT_INK: &str = "#d8d8d8";
const DEFAULT_GROUND: &str = "#101010";

#[derive(Clone, PartialEq)]
struct Look {
    ink: String,
    ground: String,
    bold: bool,
    italic: bool,
    underline: bool,
}

/// The screen as one SVG document.
pub fn svg(screen: &vt100::Screen, title: &str) -> String {
    let (rows, columns) = screen.size();
    let (width, height) = (f32::from(columns) * CELL_WIDTH, f32::from(rows) * CELL_HEIGHT);
    let corner = look(screen, 0, 0).ground;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0}\" height=\"{1:.0}\" viewBox=\"0 0 {0:.1} {1:.1}\" \
         role=\"img\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" \
         font-size=\"{FONT_SIZE}\">\n<title>{title}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{corner}\"/>\n<g transform=\"translate({PADDING} {PADDING})\">\n",
        width + 2.0 * PADDING,
        height + 2.0 * PADDING,
    );
    for row in 0..rows {
        grounds(&mut out, screen, row, columns, &corner);
        texts(&mut out, screen, row, columns);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

fn look(screen: &vt100::Screen, row: u16, column: u16) -> Look {
    let cell = screen.cell(row, column).unwrap();
    let mut ink = hex(cell.fgcolor(), DEFAULT_INK);
    let mut ground = hex(cell.bgcolor(), DEFAULT_GROUND);
    if cell.inverse() {
        std::mem::swap(&mut ink, &mut ground);
    }
    Look { ink, ground, bold: cell.bold(), italic: cell.italic(), underline: cell.underline() }
}

fn hex(color: vt100::Color, default: &str) -> String {
    match color {
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        vt100::Color::Default => default.to_owned(),
        vt100::Color::Idx(index) => panic!("colour {index}: pictures are taken in 24-bit colour"),
    }
}

/// Runs of cells with the same background.
fn grounds(out: &mut String, screen: &vt100::Screen, row: u16, columns: u16, corner: &str) {
    let mut start = 0;
    while start < columns {
        let ground = look(screen, row, start).ground;
        let mut end = start + 1;
        while end < columns && look(screen, row, end).ground == ground {
            end += 1;
        }
        if ground != corner {
            let (x, y) = (f32::from(start) * CELL_WIDTH, f32::from(row) * CELL_HEIGHT);
            let width = f32::from(end - start) * CELL_WIDTH;
            writeln!(
                out,
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{CELL_HEIGHT}\" fill=\"{ground}\" shape-rendering=\"crispEdges\"/>"
            )
            .unwrap();
        }
        start = end;
    }
}

/// Runs of text with the same look; lines and blocks as shapes.
fn texts(out: &mut String, screen: &vt100::Screen, row: u16, columns: u16) {
    let mut column = 0;
    while column < columns {
        let contents = screen.cell(row, column).unwrap().contents();
        let style = look(screen, row, column);
        if contents.trim().is_empty() && !style.underline {
            column += 1;
            continue;
        }
        if let Some(shape) = shape(contents, row, column, &style.ink) {
            out.push_str(&shape);
            column += 1;
            continue;
        }
        let start = column;
        let mut text = String::new();
        while column < columns && look(screen, row, column) == style {
            let cell = screen.cell(row, column).unwrap();
            if shape(cell.contents(), row, column, "").is_some() {
                break;
            }
            if !cell.is_wide_continuation() {
                text.push_str(if cell.contents().is_empty() { " " } else { cell.contents() });
            }
            column += 1;
        }
        let kept = text.trim_end();
        let cells = column - start - u16::try_from(text.len() - kept.len()).unwrap();
        write_text(out, kept, row, start, cells, &style);
    }
}

fn write_text(out: &mut String, text: &str, row: u16, start: u16, cells: u16, style: &Look) {
    let (x, y) = (f32::from(start) * CELL_WIDTH, f32::from(row) * CELL_HEIGHT + 13.5);
    let width = f32::from(cells) * CELL_WIDTH;
    let mut attributes = String::new();
    if style.bold {
        attributes.push_str(" font-weight=\"bold\"");
    }
    if style.italic {
        attributes.push_str(" font-style=\"italic\"");
    }
    if style.underline {
        attributes.push_str(" text-decoration=\"underline\"");
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    writeln!(
        out,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{width:.1}\" xml:space=\"preserve\" fill=\"{}\"{attributes}>{text}</text>",
        style.ink
    )
    .unwrap();
}

/// Arms of a box-drawing character: left, right, up, down; then width and dashes.
fn arms(character: char) -> Option<([bool; 4], f32, &'static str)> {
    let (arms, width, dashes) = match character {
        '─' => ("lr", 1.2, ""),
        '━' => ("lr", 2.6, ""),
        '╌' => ("lr", 1.2, "3 1.2"),
        '┄' => ("lr", 1.2, "1.8 1"),
        '│' => ("ud", 1.2, ""),
        '┃' => ("ud", 2.6, ""),
        '┊' => ("ud", 1.2, "2.5 2"),
        '╭' | '┌' => ("rd", 1.2, ""),
        '╮' | '┐' => ("ld", 1.2, ""),
        '╰' | '└' => ("ru", 1.2, ""),
        '╯' | '┘' => ("lu", 1.2, ""),
        '├' => ("rud", 1.2, ""),
        '┤' => ("lud", 1.2, ""),
        '┬' => ("lrd", 1.2, ""),
        '┴' => ("lru", 1.2, ""),
        '┼' => ("lrud", 1.2, ""),
        _ => return None,
    };
    Some((['l', 'r', 'u', 'd'].map(|arm| arms.contains(arm)), width, dashes))
}

fn shape(contents: &str, row: u16, column: u16, ink: &str) -> Option<String> {
    let mut characters = contents.chars();
    let (character, None) = (characters.next()?, characters.next()) else { return None };
    let (x, y) = (f32::from(column) * CELL_WIDTH, f32::from(row) * CELL_HEIGHT);
    let half = match character {
        '▐' => Some((x + CELL_WIDTH / 2.0, CELL_WIDTH / 2.0)),
        '▌' => Some((x, CELL_WIDTH / 2.0)),
        '█' => Some((x, CELL_WIDTH)),
        _ => None,
    };
    if let Some((x, width)) = half {
        return Some(format!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{CELL_HEIGHT}\" fill=\"{ink}\"/>\n"
        ));
    }
    let ([left, right, up, down], width, dashes) = arms(character)?;
    let (middle_x, middle_y) = (x + CELL_WIDTH / 2.0, y + CELL_HEIGHT / 2.0);
    let (end_x, end_y) = (x + CELL_WIDTH, y + CELL_HEIGHT);
    let is_round = "╭╮╰╯".contains(character);
    let path = if is_round {
        let (from_x, to_y) = (if left { x } else { end_x }, if up { y } else { end_y });
        format!("M{from_x:.1} {middle_y:.1}Q{middle_x:.1} {middle_y:.1} {middle_x:.1} {to_y:.1}")
    } else {
        let mut path = String::new();
        if left || right {
            let (from, to) = (if left { x } else { middle_x }, if right { end_x } else { middle_x });
            write!(path, "M{from:.1} {middle_y:.1}H{to:.1}").unwrap();
        }
        if up || down {
            let (from, to) = (if up { y } else { middle_y }, if down { end_y } else { middle_y });
            write!(path, "M{middle_x:.1} {from:.1}V{to:.1}").unwrap();
        }
        path
    };
    let dashes = if dashes.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dashes}\"") };
    Some(format!("<path d=\"{path}\" stroke=\"{ink}\" stroke-width=\"{width}\" fill=\"none\"{dashes}/>\n"))
}
