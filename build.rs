//! Tells cargo that what is embedded may have changed.

fn main() {
    println!("cargo::rerun-if-changed=resources");
    println!("cargo::rerun-if-changed=themes");
}
