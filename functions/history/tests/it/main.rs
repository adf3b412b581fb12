//! The history as a reader sees it.

#[cfg(test)]
mod files;
