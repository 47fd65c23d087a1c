//! The reliability diagram as an SVG.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::*;

use crate::calibration::{Bin, Calibration};

const SIZE: (u32, u32) = (720, 800);
/// The height of the upper chart.
const UPPER: u32 = 560;
const FONT: &str = "sans-serif";
const BLUE: RGBColor = RGBColor(0, 114, 178);
const ORANGE: RGBColor = RGBColor(213, 94, 0);
const GREY: RGBColor = RGBColor(110, 110, 110);
const PALE: RGBColor = RGBColor(225, 225, 225);

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws accuracy over confidence, and below it how many rows have that confidence.
pub fn reliability(calibration: &Calibration) -> Result<String, Box<dyn Error>> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let (upper, lower) = area.split_vertically(UPPER);
        draw_accuracy(&upper, calibration)?;
        draw_rows(&lower, calibration)?;
        area.present()?;
    }
    Ok(svg)
}

/// A bar for each bin that has rows, with its borders.
fn bars(calibration: &Calibration) -> impl Iterator<Item = (f64, f64, &Bin)> {
    let bins = calibration.bins();
    let border = |bin: usize| bin as f64 / bins.len() as f64;
    let bars = bins.iter().enumerate();
    bars.filter(|(_, bin)| bin.rows > 0)
        .map(move |(index, bin)| (border(index), border(index + 1), bin))
}

fn draw_accuracy(area: &Area, calibration: &Calibration) -> Result<(), Box<dyn Error>> {
    let error = 100.0 * calibration.expected_error();
    let bins = calibration.bins().len();
    let mut chart = ChartBuilder::on(area)
        .caption(
            format!("Reliability: calibration error {error:.2} % (ECE, {bins} bins)"),
            (FONT, 24),
        )
        .margin(20)
        .x_label_area_size(30)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(PALE)
        .light_line_style(TRANSPARENT)
        .axis_style(GREY)
        .label_style((FONT, 17))
        .axis_desc_style((FONT, 19))
        .y_desc("accuracy")
        .draw()?;
    chart
        .draw_series(bars(calibration).map(|(left, right, bin)| {
            Rectangle::new(
                [(left, 0.0), (right, bin.accuracy())],
                BLUE.mix(0.6).filled(),
            )
        }))?
        .label("accuracy of a bin's rows")
        .legend(|(x, y)| Rectangle::new([(x, y - 6), (x + 24, y + 6)], BLUE.mix(0.6).filled()));
    // The gap to perfect calibration, from the bin's mean confidence.
    chart
        .draw_series(bars(calibration).map(|(_, _, bin)| {
            let confidence = bin.confidence();
            let ends = [(confidence, bin.accuracy()), (confidence, confidence)];
            PathElement::new(ends, ORANGE.stroke_width(3))
        }))?
        .label("gap to its mean confidence")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 24, y)], ORANGE.stroke_width(3)));
    let diagonal = PathElement::new([(0.0, 0.0), (1.0, 1.0)], GREY.stroke_width(2));
    chart
        .draw_series([diagonal])?
        .label("as often right as confident")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 24, y)], GREY.stroke_width(2)));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .legend_area_size(34)
        .margin(16)
        .background_style(WHITE.mix(0.9))
        .border_style(PALE)
        .label_font((FONT, 18))
        .draw()?;
    Ok(())
}

fn draw_rows(area: &Area, calibration: &Calibration) -> Result<(), Box<dyn Error>> {
    let total = calibration.total().rows as f64;
    let share = |bin: &Bin| bin.rows as f64 / total;
    let highest = calibration.bins().iter().map(share).fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .margin(20)
        .x_label_area_size(50)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..1.0, 0.0..highest * 1.05)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .bold_line_style(PALE)
        .light_line_style(TRANSPARENT)
        .axis_style(GREY)
        .label_style((FONT, 17))
        .axis_desc_style((FONT, 19))
        .x_desc("confidence: the probability of the predicted class")
        .y_desc("rows, in %")
        .y_labels(4)
        .y_label_formatter(&|share| format!("{:.0}", 100.0 * share))
        .draw()?;
    chart.draw_series(bars(calibration).map(|(left, right, bin)| {
        Rectangle::new([(left, 0.0), (right, share(bin))], GREY.mix(0.6).filled())
    }))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_the_bins_that_have_rows() {
        let mut calibration = Calibration::new(4);
        for confidence in [0.3, 0.9, 1.0] {
            calibration.add(confidence, true);
        }
        let bars = bars(&calibration).map(|(left, right, bin)| (left, right, bin.rows));
        assert!(bars.eq([(0.25, 0.5, 1), (0.75, 1.0, 2)]));
    }

    #[test]
    fn the_diagram_states_the_error() {
        let mut calibration = Calibration::new(10);
        calibration.add(0.75, false);
        let svg = reliability(&calibration).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        assert!(svg.contains("calibration error 75.00 % (ECE, 10 bins)"));
    }
}
