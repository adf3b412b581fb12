//! The trend as SVG.
//!
//! Colours in it are marks that the page's style overrides by theme, so one chart serves light, dark and print.

use plotters::prelude::*;
use thiserror::Error;

use crate::trend::TrendPoint;

/// The line could not be drawn.
#[derive(Debug, Error)]
#[error("the chart of the trend: {0}")]
pub struct ChartError(String);

const LINE: RGBColor = RGBColor(1, 2, 3);
const GRID: RGBColor = RGBColor(4, 5, 6);

/// The score of each run, from left to right; none where fewer than two runs have one.
///
/// # Errors
/// When the library refuses the drawing.
pub(crate) fn trend(runs: &[TrendPoint]) -> Result<Option<String>, ChartError> {
    let scores: Vec<(f64, f64)> = (0_u32..)
        .zip(runs)
        .filter_map(|(at, run)| {
            let score = u32::try_from(run.score_millipoints?).ok()?;
            Some((f64::from(at), f64::from(score) / 1000.0))
        })
        .collect();
    let (Some(first), Some(last)) = (scores.first(), scores.last()) else { return Ok(None) };
    if scores.len() < 2 {
        return Ok(None);
    }
    let mut svg = String::new();
    draw(&mut svg, &scores, first.0, last.0).map_err(|error| ChartError(error.to_string()))?;
    // The page gives the size and says in words what is drawn.
    let svg = svg.replacen("<svg width=\"720\" height=\"220\"", "<svg aria-hidden=\"true\" class=\"chart\"", 1);
    Ok(Some(svg))
}

fn draw(svg: &mut String, scores: &[(f64, f64)], first: f64, last: f64) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(svg, (720, 220)).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin(8)
        .y_label_area_size(36)
        .build_cartesian_2d(first..last, 0.0..100.0)
        .map_err(|error| error.to_string())?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .y_labels(5)
        .y_label_formatter(&|score| format!("{score:.0}"))
        .bold_line_style(GRID)
        .light_line_style(TRANSPARENT)
        .axis_style(TRANSPARENT)
        .label_style(("sans-serif", 13))
        .draw()
        .map_err(|error| error.to_string())?;
    chart
        .draw_series(LineSeries::new(scores.iter().copied(), LINE.stroke_width(3)))
        .map_err(|error| error.to_string())?;
    if let Some(&end) = scores.last() {
        chart.draw_series([Circle::new(end, 5, LINE.filled())]).map_err(|error| error.to_string())?;
    }
    root.present().map_err(|error| error.to_string())?;
    Ok(())
}
