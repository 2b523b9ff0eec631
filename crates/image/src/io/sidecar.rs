//! The JSON file that dcm2niix and BIDS put beside an image, with the parameters of its acquisition.

use std::path::Path;

use serde_json::Value;

use super::small::read_bounded;

/// The largest file that is read, bytes; slice timings of long series take some tens of thousands.
const MAX_BYTES: u64 = 1 << 20;

/// What a sidecar tells of an image.
#[derive(Debug, Default)]
pub(super) struct Sidecar {
    /// The description of the series, or the name of the protocol.
    pub(super) description: Option<String>,
    pub(super) image_type: Vec<String>,
    pub(super) echo_ms: Option<f64>,
    pub(super) inversion_ms: Option<f64>,
    /// The thickness of a slice, mm.
    pub(super) thickness_mm: Option<f64>,
    pub(super) series_number: Option<u64>,
}

impl Sidecar {
    /// Reads the sidecar of an image whose file has this name without its endings. A file that is none tells nothing.
    pub(super) fn beside(image: &Path, stem: &str) -> Option<Self> {
        let path = image.with_file_name(format!("{stem}.json"));
        if !path.is_file() {
            return None;
        }
        Self::parse(&read_bounded(&path, MAX_BYTES).ok()?)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let json: Value = serde_json::from_slice(bytes).ok()?;
        json.as_object()?;
        let text = |key: &str| {
            let text = json.get(key)?.as_str()?.trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        // BIDS gives times in seconds.
        let ms = |key: &str| {
            let ms = json.get(key)?.as_f64()? * 1e3;
            (ms > 0.0).then_some(ms)
        };
        let types = json.get("ImageType").and_then(Value::as_array);
        Some(Self {
            description: text("SeriesDescription").or_else(|| text("ProtocolName")),
            image_type: types
                .into_iter()
                .flatten()
                .filter_map(|t| t.as_str().map(str::to_owned))
                .collect(),
            echo_ms: ms("EchoTime"),
            inversion_ms: ms("InversionTime"),
            thickness_mm: json
                .get("SliceThickness")
                .and_then(Value::as_f64)
                .filter(|mm| *mm > 0.0),
            series_number: json.get("SeriesNumber").and_then(Value::as_u64),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_seconds_and_what_is_of_another_type_tells_nothing() {
        let json = br#"{"SeriesDescription": " ", "ProtocolName": "de_tfi", "EchoTime": 0.0012, "InversionTime": "x",
            "SeriesNumber": 9, "SliceThickness": 8, "ImageType": ["ORIGINAL", 3, "M"]}"#;
        let sidecar = Sidecar::parse(json).unwrap();
        assert_eq!(sidecar.description.as_deref(), Some("de_tfi"));
        assert_eq!(sidecar.image_type, ["ORIGINAL", "M"]);
        assert!((sidecar.echo_ms.unwrap() - 1.2).abs() < 1e-9);
        assert_eq!(
            (sidecar.inversion_ms, sidecar.series_number),
            (None, Some(9))
        );
        assert_eq!(sidecar.thickness_mm, Some(8.0));
        for bad in [&b"[1]"[..], b"{", b"", b"\xff"] {
            assert!(Sidecar::parse(bad).is_none());
        }
    }
}
