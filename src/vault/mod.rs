//! Git: read blobs, compose trees, scratch trees, commit, hooks, signing, merge into the working tree.
