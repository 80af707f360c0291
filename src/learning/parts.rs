//! Rows in parts, side by side on all cores: what is summed over rows is summed part by part, then in their order.
//!
//! The parts are the same on every machine, since the order of a sum shows in its last digits.

use super::Stop;
use ndarray::{ArrayView1, ArrayView2, Axis};
use std::{
    iter::Zip,
    num::NonZero,
    panic::resume_unwind,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Rows worked on at a time.
const BLOCK: usize = 256;
/// Rows of a part, at least: less is done before a thread has begun.
const SMALLEST: usize = 8_192;
/// Parts, at most.
const MOST: usize = 16;
/// Numbers that all parts together come to, beyond those of one.
const CELLS: usize = 1 << 18;

/// Some rows and their classes, block by block.
pub type Blocks<'p> = Zip<
    ndarray::iter::AxisChunksIter<'p, f64, ndarray::Ix2>,
    ndarray::iter::AxisChunksIter<'p, usize, ndarray::Ix1>,
>;

/// What `work` makes of each part, in their order; `cells`: how many numbers that is.
pub fn each<T: Send>(
    x: ArrayView2<'_, f64>,
    y: ArrayView1<'_, usize>,
    cells: usize,
    work: &(dyn Fn(Blocks<'_>) -> Result<T, Stop> + Sync),
) -> Result<Vec<T>, Stop> {
    let most = (CELLS / cells.max(1)).clamp(1, MOST);
    // A power of two: as many for each of two or four cores.
    let size = x.nrows().div_ceil(1 << most.ilog2()).max(SMALLEST).next_multiple_of(BLOCK);
    let parts: Vec<_> = x.axis_chunks_iter(Axis(0), size).zip(y.axis_chunks_iter(Axis(0), size)).collect();
    let done = |at: usize| {
        let (x, y) = parts.get(at)?;
        Some(work(x.axis_chunks_iter(Axis(0), BLOCK).zip(y.axis_chunks_iter(Axis(0), BLOCK))))
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(parts.len());
    if threads < 2 {
        return (0..parts.len()).filter_map(done).collect();
    }
    let next = AtomicUsize::new(0);
    let one = || {
        let mut made = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            match done(at) {
                Some(part) => made.push((at, part?)),
                None => return Ok(made),
            }
        }
    };
    let made = thread::scope(|scope| {
        // What no thread can be had for is done by those that there are.
        let begin = |_| thread::Builder::new().name("part".into()).spawn_scoped(scope, one).ok();
        let others: Vec<_> = (1..threads).filter_map(begin).collect();
        let own = one();
        let others =
            others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        std::iter::once(own).chain(others).collect::<Result<Vec<_>, Stop>>()
    })?;
    let mut made: Vec<(usize, T)> = made.into_iter().flatten().collect();
    made.sort_by_key(|(at, _)| *at);
    Ok(made.into_iter().map(|(_, part)| part).collect())
}
