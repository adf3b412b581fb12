//! The targets of `fuzz/` in every test run: each input of their corpus, and random changes of these.
//!
//! This finds what has come back, not what is new; for that there is `make fuzz`.

#[path = "../../fuzz/targets/lib.rs"]
mod targets;

use std::path::Path;

/// Another seed (`FUZZ_SEED`) gives other changes; the same gives the same.
const SEED: u64 = 20_260_901;

#[test]
fn bytes_of_a_message_are_refused_or_come_back() {
    try_all("wire", targets::wire::run, 60_000);
}

#[test]
fn inputs_are_refused_with_reasons_or_decoded_with_their_marks() {
    try_all("inputs", targets::inputs::run, 4_000);
}

/// Runs the corpus of a target and then `count` changes of it.
fn try_all(target: &str, run: fn(&[u8]), count: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = folder.read_dir().expect("the corpus is there").flatten().map(|file| file.path()).collect();
    files.sort();
    let corpus: Vec<_> = files.iter().map(|file| std::fs::read(file).expect("it can be read")).collect();
    assert!(!corpus.is_empty());
    for (file, bytes) in files.iter().zip(&corpus) {
        let _told = Told(&file.display(), bytes);
        run(bytes);
    }
    let seed = std::env::var("FUZZ_SEED").map_or(SEED, |seed| seed.parse().expect("FUZZ_SEED is a number"));
    println!("FUZZ_SEED={seed}");
    let mut random = Random(seed.max(1));
    for _ in 0..count {
        let bytes = random.changed(&corpus);
        let _told = Told(&format_args!("FUZZ_SEED={seed}"), &bytes);
        run(&bytes);
    }
}

/// Says which input it was, where the run of one panics.
struct Told<'t>(&'t dyn std::fmt::Display, &'t [u8]);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("input of {}: b\"{}\"", self.0, self.1.escape_ascii());
        }
    }
}

/// Xorshift: numbers that only have to be the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % count as u64).expect("it is below a usize")
    }

    /// One input of the corpus with one to four changes.
    fn changed(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let end = at + self.below(bytes.len() - at + 1);
            let byte = u8::try_from(self.below(256)).expect("it is below 256");
            match self.below(5) {
                0 => bytes.insert(at, byte),
                1 => bytes[at..end].iter_mut().take(1).for_each(|old| *old ^= byte),
                2 => drop(bytes.drain(at..end)),
                3 => bytes.extend_from_within(at..end),
                _ => {
                    let other = &corpus[self.below(corpus.len())];
                    let from = self.below(other.len() + 1);
                    bytes.splice(at..end, other[from..].iter().copied());
                }
            }
        }
        bytes
    }
}
