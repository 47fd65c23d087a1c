//! A bar chart of the times of softmax.

use std::error::Error;
use std::path::Path;

use logits::Level;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::measure::{Measured, Times};

const WIDTH: u32 = 760;
const TOP: i32 = 76;
const LEFT: i32 = 118;
const RIGHT: i32 = 60;
const BAR: i32 = 15;
const GAP: i32 = 14;

const BACKGROUND: RGBColor = WHITE;
const INK: RGBColor = RGBColor(0x24, 0x29, 0x2f);
const FAINT: RGBColor = RGBColor(0x6e, 0x77, 0x81);

/// A contender that the chart shows.
struct Series {
    label: &'static str,
    contender: &'static str,
    colour: RGBColor,
}

/// Draws ns per element, one group of bars for each shape of softmax in place.
pub fn draw(path: &Path, measured: &[Measured]) -> Result<(), Box<dyn Error>> {
    let series = [
        Series {
            label: "logits",
            contender: Level::best().name(),
            colour: RGBColor(0x0b, 0x6e, 0x99),
        },
        Series {
            label: "rten-vecmath",
            contender: "rten-vecmath",
            colour: RGBColor(0xe0, 0x9f, 0x3e),
        },
        Series {
            label: "plain loop, std exp",
            contender: "stable",
            colour: RGBColor(0xb8, 0xbe, 0xc5),
        },
    ];
    let groups: Vec<_> = measured
        .iter()
        .filter(|task| task.function == "softmax" && task.element == "f32")
        .collect();
    let group_height = series.len() as i32 * BAR + GAP;
    let height = TOP + groups.len() as i32 * group_height;
    let longest = groups
        .iter()
        .flat_map(|task| series.iter().filter_map(|series| times(task, series)))
        .fold(0.0, |longest, times| times.median.max(longest));
    let scale = f64::from(WIDTH as i32 - LEFT - RIGHT) / longest;

    let area = SVGBackend::new(path, (WIDTH, height as u32)).into_drawing_area();
    area.fill(&BACKGROUND)?;
    heading(&area, &series)?;
    for (group, task) in groups.iter().enumerate() {
        let top = TOP + group as i32 * group_height;
        let middle = top + (group_height - GAP) / 2;
        let shape = task.shape.replace('x', " × ");
        text(&area, &shape, (LEFT - 10, middle), 14, INK, HPos::Right)?;
        for (bar, series) in series.iter().enumerate() {
            let Some(times) = times(task, series) else {
                continue;
            };
            let top = top + bar as i32 * BAR;
            let end = LEFT + (times.median * scale) as i32;
            let corners = [(LEFT, top), (end, top + BAR - 2)];
            area.draw(&Rectangle::new(corners, series.colour.filled()))?;
            let value = format!("{:.2}", times.median);
            text(
                &area,
                &value,
                (end + 6, top + BAR / 2 - 1),
                12,
                INK,
                HPos::Left,
            )?;
        }
    }
    area.present()?;
    Ok(())
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn heading(area: &Area<'_>, series: &[Series]) -> Result<(), Box<dyn Error>> {
    let title = "softmax of f32 rows, nanoseconds per element (shorter is faster)";
    text(area, title, (LEFT, 22), 16, INK, HPos::Left)?;
    text(
        area,
        "rows × columns",
        (LEFT - 10, 50),
        12,
        FAINT,
        HPos::Right,
    )?;
    let mut left = LEFT;
    for Series { label, colour, .. } in series {
        area.draw(&Rectangle::new(
            [(left, 44), (left + 12, 56)],
            colour.filled(),
        ))?;
        text(area, label, (left + 18, 50), 13, INK, HPos::Left)?;
        left += 60 + 7 * label.len() as i32;
    }
    Ok(())
}

fn text(
    area: &Area<'_>,
    text: &str,
    position: (i32, i32),
    size: u32,
    colour: RGBColor,
    align: HPos,
) -> Result<(), Box<dyn Error>> {
    let style = ("sans-serif", size)
        .into_font()
        .color(&colour)
        .pos(Pos::new(align, VPos::Center));
    area.draw(&Text::new(text, position, style))?;
    Ok(())
}

fn times<'a>(task: &'a Measured, series: &Series) -> Option<&'a Times> {
    let mut contenders = task.contenders.iter();
    contenders.find(|times| times.name == series.contender)
}
