//! Tables of the times.

use std::fmt::Write;

use crate::measure::{Measured, Times};

/// One table for each function and element type, one row for each shape.
pub fn markdown(measured: &[Measured]) -> String {
    let mut text = String::from(
        "ns per element, median; in brackets, in relation to this crate at its best level, or plain\n",
    );
    let same_table =
        |a: &Measured, b: &Measured| (&a.function, a.element) == (&b.function, b.element);
    for table in measured.chunk_by(same_table) {
        let Measured {
            function,
            element,
            contenders,
            ..
        } = &table[0];
        let names = cells(contenders, |times| times.name.clone());
        let rule = "---:|".repeat(contenders.len());
        let _ = write!(text, "\n| {function} {element} |{names}\n|---|{rule}\n");
        for row in table {
            let times = cells(&row.contenders, |times| {
                format!("{:.2} ({:.2})", times.median, times.ratio)
            });
            let _ = writeln!(text, "| {} |{times}", row.shape);
        }
    }
    text
}

/// One line for each function, element type, shape and contender.
pub fn csv(measured: &[Measured]) -> String {
    let mut text = String::from("function,type,shape,contender,least_ns,median_ns,ratio\n");
    for Measured {
        function,
        element,
        shape,
        contenders,
    } in measured
    {
        for Times {
            name,
            least,
            median,
            ratio,
        } in contenders
        {
            let _ = writeln!(
                text,
                "{function},{element},{shape},{name},{least:.4},{median:.4},{ratio:.4}"
            );
        }
    }
    text
}

fn cells(contenders: &[Times], cell: impl Fn(&Times) -> String) -> String {
    contenders
        .iter()
        .map(|times| format!(" {} |", cell(times)))
        .collect()
}
