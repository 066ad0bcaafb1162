//! How a test calls the functions of a new repository: of the structure that it makes, or with what
//! they are handed.

use super::{Plan, suite::Suite};
use crate::propose::recipe::row_verb::Verb;

/// What stands around a call.
pub(super) struct Calls {
    /// What makes the structure of the pool; empty where there is none.
    pub(super) made: String,
    /// The same where the pool is borrowed already.
    pub(super) made_borrowed: String,
    /// What functions are handed; empty where a structure holds it.
    pool: String,
    borrowed: String,
    /// `notes::`
    lead: String,
}

impl Plan<'_> {
    /// How tests call the functions; `Err` says why that is not known.
    pub(super) fn calls(&self, suite: &Suite) -> Result<Calls, String> {
        let unknown = || format!("How a test gets what {} asks is not known", self.like.place());
        let is_held = self.like.owner.is_some();
        let handed = |pool: &str, is_borrowed: bool| match is_held {
            true => Some(String::new()),
            false => self.handed(pool, is_borrowed),
        };
        Ok(Calls {
            made: self.makes(&suite.pool, false).ok_or_else(unknown)?,
            made_borrowed: self.makes("pool", true).ok_or_else(unknown)?,
            pool: handed(&suite.pool, false).ok_or_else(unknown)?,
            borrowed: handed("pool", true).ok_or_else(unknown)?,
            lead: match (is_held, suite.is_inside) {
                (true, _) => "repository.".to_owned(),
                (false, true) => String::new(),
                (false, false) => format!("{}::", self.module().rsplit("::").next().unwrap_or_default()),
            },
        })
    }

    /// A call in a test.
    pub(super) fn called(&self, calls: &Calls, verb: Verb, given: &[String]) -> String {
        self.call(&calls.lead, &calls.pool, verb, given)
    }

    /// A call where the pool is borrowed already.
    pub(super) fn called_below(&self, calls: &Calls, verb: Verb, given: &[String]) -> String {
        self.call(&calls.lead, &calls.borrowed, verb, given)
    }

    fn call(&self, lead: &str, handed: &str, verb: Verb, given: &[String]) -> String {
        let mut all: Vec<String> = given.to_vec();
        if !handed.is_empty() {
            all.insert(if self.like.handle.is_last { all.len() } else { 0 }, handed.to_owned());
        }
        format!("{lead}{}({})", self.function(verb), all.join(", "))
    }

    /// What makes the structure of a pool.
    fn makes(&self, pool: &str, is_borrowed: bool) -> Option<String> {
        let Some(owner) = self.like.owner else { return Some(String::new()) };
        let (_, ty) = owner.make.parameters.first()?;
        let given = match (ty.starts_with('&'), is_borrowed) {
            _ if !ty.contains("Pool") || ty.contains("Arc<") => return None,
            (true, true) => pool.to_owned(),
            (true, false) => format!("&{pool}"),
            (false, _) => format!("{pool}.clone()"),
        };
        Some(format!("{}::{}({given})", self.owner(), owner.make.name))
    }

    /// What a function is handed first, in a test or where the pool is borrowed already.
    fn handed(&self, pool: &str, is_borrowed: bool) -> Option<String> {
        let ty = &self.like.handle.ty;
        let reference = if is_borrowed { pool.to_owned() } else { format!("&{pool}") };
        Some(match ty.as_str() {
            ty if ty.contains("Connection") => format!("&mut {pool}.acquire().await.unwrap()"),
            ty if ty.contains("Transaction") || ty.contains("Arc<") => return None,
            ty if ty.contains("Executor") || ty.len() == 1 || ty.starts_with('&') && ty.contains("Pool") => {
                reference
            }
            ty if ty.contains("Pool") => format!("{pool}.clone()"),
            _ => return None,
        })
    }
}
