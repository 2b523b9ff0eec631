//! `myops --version`: what results of this build depend on.

use crate::app::model::BUILT_IN;

/// Version, commit, features, and built-in models with the fingerprints that records name them by; a line each.
pub fn text() -> String {
    let mut features = Vec::new();
    if cfg!(feature = "cuda") {
        features.push("cuda");
    }
    if cfg!(feature = "wgpu") {
        features.push("wgpu");
    }
    if features.is_empty() {
        features.push("none");
    }
    let mut text = format!(
        "myops {}\ncommit: {}\nfeatures: {}\n",
        env!("CARGO_PKG_VERSION"),
        env!("MYOPS_COMMIT"),
        features.join(", ")
    );
    for model in BUILT_IN {
        text += &format!("model: {} {}\n", model.name, model.fingerprint());
    }
    text
}
