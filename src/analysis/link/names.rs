//! Forms of names: camel case, singular and plural.

/// `story_urls` as `StoryUrls`; what starts with a capital is kept.
pub(super) fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for part in name.split('_') {
        let mut chars = part.chars();
        out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
        out.push_str(chars.as_str());
    }
    out
}

/// `StoryUrl` as `story_url`.
pub(super) fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut was_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && was_lower {
            out.push('_');
        }
        was_lower = c.is_lowercase() || c.is_ascii_digit();
        out.extend(c.to_lowercase());
    }
    out
}

/// One of what a plural names, as far as its ending tells.
pub(super) fn singular(name: &str) -> String {
    let irregular = [
        ("people", "person"),
        ("children", "child"),
        ("men", "man"),
        ("news", "news"),
        ("series", "series"),
        ("media", "medium"),
        ("data", "datum"),
        ("criteria", "criterion"),
        ("movies", "movie"),
        ("statuses", "status"),
        ("aliases", "alias"),
    ];
    if let Some((before, one)) =
        irregular.iter().find_map(|(many, one)| Some((name.strip_suffix(many)?, one)))
        && (before.is_empty() || before.ends_with('_'))
    {
        return format!("{before}{one}");
    }
    let endings =
        [("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("ss", "ss"), ("s", "")];
    for (ending, one) in endings {
        if let Some(stem) = name.strip_suffix(ending) {
            return format!("{stem}{one}");
        }
    }
    name.to_owned()
}

/// Several of what a name names, as far as its ending tells.
pub(super) fn plural(name: &str) -> String {
    match name {
        "person" => return "people".to_owned(),
        "child" => return "children".to_owned(),
        _ => {}
    }
    if let Some(stem) = name.strip_suffix('y')
        && !stem.ends_with(['a', 'e', 'i', 'o', 'u'])
    {
        return format!("{stem}ies");
    }
    if ["s", "x", "ch", "sh"].iter().any(|ending| name.ends_with(ending)) && singular(name) == name {
        return format!("{name}es");
    }
    if name.ends_with('s') { name.to_owned() } else { format!("{name}s") }
}

/// A path of an item: `{id}` becomes the stated parameter, `{one}` the item's own name.
pub(super) fn fill_item(path: &str, param: Option<&str>, one: &str) -> String {
    let one = one.replace('-', "_");
    let path = match param {
        Some(param) => {
            let named = format!("{{{one}_{param}}}");
            path.replace("{one_id}", &named).replace("{id}", &format!("{{{param}}}"))
        }
        None => path.replace("{one_id}", &format!("{{{one}_id}}")),
    };
    path.replace("{one}", &format!("{{{}}}", param.unwrap_or(&one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_change_their_form() {
        assert_eq!(camel("story_urls"), "StoryUrls");
        assert_eq!(camel("API"), "API");
        let pairs = [
            ("articles", "article"),
            ("categories", "category"),
            ("boxes", "box"),
            ("addresses", "address"),
            ("tv_series", "tv_series"),
            ("people", "person"),
            ("access", "access"),
        ];
        for (many, one) in pairs {
            assert_eq!(singular(many), one, "{many}");
        }
        for (one, many) in
            [("profile", "profiles"), ("category", "categories"), ("box", "boxes"), ("person", "people")]
        {
            assert_eq!(plural(one), many, "{one}");
        }
    }

    #[test]
    fn items_are_named_by_their_resource_or_by_a_stated_parameter() {
        assert_eq!(fill_item("/{id}/edit", None, "article"), "/{id}/edit");
        assert_eq!(fill_item("/{id}", Some("slug"), "article"), "/{slug}");
        assert_eq!(fill_item("/{one_id}", None, "article"), "/{article_id}");
        assert_eq!(fill_item("/{one_id}", Some("slug"), "article"), "/{article_slug}");
        assert_eq!(fill_item("/{one}", None, "user-role"), "/{user_role}");
    }
}
