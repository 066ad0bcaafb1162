//! How a backend makes its tokens, as far as its tests can use it.

use crate::propose::python::Module;
use std::collections::BTreeMap;

/// The file of a `create_access_token(subject, expires_delta)`, which can make one that is over.
pub(in crate::propose::recipe) fn expiring<'p>(modules: &BTreeMap<&'p str, &Module<'_>>) -> Option<&'p str> {
    modules.iter().filter(|(path, _)| !path.contains("test")).find_map(|(path, module)| {
        let function = module.functions().find(|one| one.name.as_str() == "create_access_token")?;
        let names: Vec<&str> =
            function.parameters.iter_non_variadic_params().map(|one| one.name().as_str()).collect();
        matches!(names.as_slice(), [_, second] if second.contains("expires")).then_some(*path)
    })
}
