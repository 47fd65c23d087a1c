//! How far a proof has come.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar of so many parts, with a name.
pub fn progress_bar(parts: u64, name: String) -> ProgressBar {
    let template = "{prefix:24} {wide_bar} {percent:>3} %  {elapsed} elapsed, {eta} left";
    let style = ProgressStyle::with_template(template).expect("the template is right");
    ProgressBar::new(parts).with_style(style).with_prefix(name)
}
