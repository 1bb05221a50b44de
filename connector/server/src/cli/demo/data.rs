//! What the fictional supplier has to share: one shift of spindle telemetry, and a record of each part made in it.
//!
//! Everything follows from constants by whole-number arithmetic, so that every run on every machine gives the same bytes.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// File name of the telemetry.
pub(super) const TELEMETRY_FILE: &str = "spindle-SPM-7-2026-02-03-early.csv";
/// The first part of the shift; the others follow by one.
pub(super) const FIRST_SERIAL: u32 = 20_400;
/// A part whose bore was finished while the bearing ran rough.
pub(super) const ROUGH_SERIAL: u32 = FIRST_SERIAL + 85;

/// 06:00 in a shop at UTC+1.
const SHIFT_BEGINS: &str = "2026-02-03T05:00:00Z";
const SAMPLES: u32 = 8 * 3600 * SAMPLES_PER_SECOND;
const SAMPLES_PER_SECOND: u32 = 2;
/// Seconds that one part takes, and the parts of a shift.
const CYCLE: u32 = 240;
const PARTS: u32 = 120;
/// The tool is changed after this many parts.
const TOOL_LIFE: u32 = 40;

/// The telemetry: CSV (RFC 4180), a line for each half second, units in the names of the columns.
pub(super) fn telemetry() -> Vec<u8> {
    let mut text = String::with_capacity(5 << 20);
    text.push_str(
        "time,spindle speed [rpm],torque [N·m],power [kW],bearing temperature [°C],vibration velocity RMS [mm/s],phase,\
         part\r\n",
    );
    let begins = begins();
    let mut noise = Noise(0x005E_ED0F_5B1F_7001);
    // Millionths of a degree; the spindle warms up within minutes.
    let mut temperature = 22_400_000;
    for sample in 0..SAMPLES {
        let step = Step::at(sample);
        let speed = noise.around(step.phase.speed(), step.phase.speed() / 400);
        let torque = noise.around(step.phase.torque() * (100 + step.wear() / 2) / 100, step.phase.torque() / 12);
        temperature += (22_400_000 + speed * 125 - temperature) / 600;
        let measured = noise.around(temperature / 10_000, 3);
        let vibration = noise.around(step.vibration(), 60);
        let millis = i64::from(sample) * 1000 / i64::from(SAMPLES_PER_SECOND);
        let time = begins + SignedDuration::from_millis(millis);
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{time:.1},{},{},{},{},{},{},SN-{}\r\n",
            decimal(speed, 1),
            decimal(torque, 2),
            decimal(power(speed, torque), 3),
            decimal(measured, 2),
            decimal(vibration.max(20), 3),
            step.phase.name(),
            FIRST_SERIAL + step.part,
        );
    }
    text.into_bytes()
}

/// Watts, from tenths of a revolution a minute and hundredths of a newton metre: torque · speed · 2π / 60.
fn power(speed: i64, torque: i64) -> i64 {
    speed * torque * 104_720 / 1_000_000_000
}

/// The record of a part; `None` if it was not made in the shift.
pub(super) fn part(serial: &str) -> Option<Value> {
    let number: u32 = serial.strip_prefix("SN-")?.parse().ok()?;
    let part = number.checked_sub(FIRST_SERIAL).filter(|part| *part < PARTS)?;
    let mut noise = Noise(u64::from(number) << 20 | 1);
    let rough = number == ROUGH_SERIAL;
    let bore = noise.around(42_008, 5) + if rough { 11 } else { 0 };
    let roundness = noise.around(34, 9) + if rough { 52 } else { 0 };
    let begins = begins() + SignedDuration::from_secs(i64::from(part * CYCLE));
    Some(json!({
        "serialNumber": format!("SN-{number}"),
        "partNumber": "LP-4711-C",
        "name": "Bearing housing, machined",
        "machine": "SPM-7",
        "program": "O4711.7",
        "tool": {"id": format!("T-{}", 311 + part / TOOL_LIFE), "partsBefore": part % TOOL_LIFE},
        "material": {"designation": "EN AC-42100", "heat": format!("H-{}", 88_120 + part / 60)},
        "machinedFrom": begins.to_string(),
        "machinedTo": (begins + SignedDuration::from_secs(i64::from(CYCLE))).to_string(),
        "measurements": [
            measurement("bore diameter", &decimal(bore, 3), "mm", "42.000", ["0.000", "0.016"]),
            measurement("bore roundness", &decimal(roundness, 1), "µm", "0", ["0", "6.5"]),
            measurement("surface roughness Ra", &decimal(noise.around(62, 8), 2), "µm", "0", ["0", "0.80"]),
        ],
        "verdict": if rough { "rework" } else { "good" },
    }))
}

fn measurement(characteristic: &str, value: &str, unit: &str, nominal: &str, [low, high]: [&str; 2]) -> Value {
    json!({
        "characteristic": characteristic,
        "value": value,
        "unit": unit,
        "nominal": nominal,
        "deviation": {"lower": low, "upper": high},
    })
}

fn begins() -> Timestamp {
    SHIFT_BEGINS.parse().unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Where in the shift a sample is.
struct Step {
    part: u32,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Loading,
    Roughing,
    Finishing,
    Probing,
}

impl Step {
    fn at(sample: u32) -> Self {
        let second = sample / SAMPLES_PER_SECOND;
        let phase = match second % CYCLE {
            0..30 => Phase::Loading,
            30..120 => Phase::Roughing,
            120..210 => Phase::Finishing,
            _ => Phase::Probing,
        };
        Self { part: second / CYCLE, phase }
    }

    /// Of the tool, in percent.
    fn wear(&self) -> i64 {
        i64::from(self.part % TOOL_LIFE * 100 / TOOL_LIFE)
    }

    /// Micrometres a second.
    fn vibration(&self) -> i64 {
        let running = match self.phase {
            Phase::Loading | Phase::Probing => return 90,
            Phase::Roughing => 1_450,
            Phase::Finishing => 820,
        };
        let rough = FIRST_SERIAL + self.part == ROUGH_SERIAL && self.phase == Phase::Finishing;
        running + self.wear() * 5 + if rough { 3_700 } else { 0 }
    }
}

impl Phase {
    /// Tenths of a revolution a minute.
    fn speed(self) -> i64 {
        match self {
            Self::Loading | Self::Probing => 0,
            Self::Roughing => 80_000,
            Self::Finishing => 120_000,
        }
    }

    /// Hundredths of a newton metre.
    fn torque(self) -> i64 {
        match self {
            Self::Loading | Self::Probing => 0,
            Self::Roughing => 1_240,
            Self::Finishing => 410,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Roughing => "roughing",
            Self::Finishing => "finishing",
            Self::Probing => "probing",
        }
    }
}

/// A sequence that looks like measuring noise and is the same each time (xorshift).
struct Noise(u64);

impl Noise {
    /// A value at most `spread` away from `centre`.
    fn around(&mut self, centre: i64, spread: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let width = spread.unsigned_abs() * 2 + 1;
        centre - spread + i64::try_from(self.0 % width).unwrap_or(spread)
    }
}

/// 12345 with 2 decimals is `123.45`.
fn decimal(value: i64, decimals: u32) -> String {
    let one = 10_i64.pow(decimals);
    let sign = if value < 0 { "-" } else { "" };
    let width = decimals as usize;
    format!("{sign}{}.{:0width$}", (value / one).abs(), (value % one).abs())
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn the_telemetry_is_one_shift_and_always_the_same() {
        let telemetry = telemetry();
        let text = String::from_utf8_lossy(&telemetry);
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        assert_eq!(lines.len(), 1 + 57_600);
        insta::assert_snapshot!(
            "telemetry",
            format!(
                "{}\n{}\n{}\n{} bytes, sha256 {}",
                lines[0],
                lines[1],
                lines[30_000],
                telemetry.len(),
                hex::encode(Sha256::digest(&telemetry))
            )
        );
    }

    #[test]
    fn every_part_of_the_shift_has_a_record() {
        assert!(part("SN-20399").is_none() && part("SN-20520").is_none() && part("20400").is_none());
        let verdict = |serial: u32| part(&format!("SN-{serial}")).map(|part| part["verdict"].clone());
        assert_eq!(verdict(FIRST_SERIAL), Some("good".into()));
        assert_eq!(verdict(ROUGH_SERIAL), Some("rework".into()));
        let record = part("SN-20485").map(|record| format!("{record:#}"));
        insta::assert_snapshot!("part", record.unwrap_or_default());
    }

    #[test]
    fn decimals_keep_their_zeros() {
        assert_eq!([decimal(5, 2), decimal(-105, 2), decimal(120_000, 1)], ["0.05", "-1.05", "12000.0"]);
    }
}
