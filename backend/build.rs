//! The pages are part of the service: what was built before them is built again once they are there.

use std::{env, path::Path};

fn main() {
    let pages = "../frontend/dist";
    // A debug build reads the files when it is asked for them, and only has to know that the folder is there.
    let embedded = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if embedded || !Path::new(pages).exists() {
        println!("cargo:rerun-if-changed={pages}");
    } else {
        println!("cargo:rerun-if-changed=build.rs");
    }
}
