//! Parsed and validated knowledge: packs, rules, checklist, playbook, protocol, lessons.

pub mod packs;
