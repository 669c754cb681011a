//! Sound cards: each has PCM devices (`0`, `1`, …), and each of these has streams (`0/0`, `0/1`, …). Cards, PCM devices
//! and streams have parameters; PCM devices and streams inherit those that they do not set.

use super::tree::{Tree, WantedNodes};
use super::{DeviceTable, ReadResult, broken, value};
use crate::device::DeviceKind;
use crate::types::idiomatic::{DeviceVsnd, VsndParams, VsndPcm, VsndStream, VsndStreamType};
use crate::types::tables;

/// The table of sound cards.
pub static VSND: DeviceTable<DeviceVsnd> = DeviceTable {
    kind: DeviceKind::Vsnd,
    begin: |vsnd, location| {
        vsnd.devid = location.devid;
        vsnd.backend_domid = location.backend_domid()?;
        Ok(())
    },
    nodes: &[super::frontend()],
    tree: Some(WantedNodes {
        levels: 2,
        names: &[
            "short-name",
            "long-name",
            "name",
            "unique-id",
            "type",
            "sample-rates",
            "sample-formats",
            "channels-min",
            "channels-max",
            "buffer-size",
        ],
    }),
    end: |vsnd, _, tree| {
        vsnd.short_name = tree.value("", "short-name").and_then(value::text);
        vsnd.long_name = tree.value("", "long-name").and_then(value::text);
        params(&mut vsnd.params, tree, "")?;
        for number in 0..tree.count("") {
            let mut made = VsndPcm::default();
            pcm(&mut made, tree, &number.to_string())?;
            vsnd.pcms.push(made);
        }
        Ok(())
    },
};

fn pcm(pcm: &mut VsndPcm, tree: &Tree, dir: &str) -> ReadResult {
    pcm.name = tree.value(dir, "name").and_then(value::text);
    params(&mut pcm.params, tree, dir)?;
    for number in 0..tree.count(dir) {
        let dir = format!("{dir}/{number}");
        let mut stream = VsndStream {
            unique_id: tree.value(&dir, "unique-id").and_then(value::text),
            ..Default::default()
        };
        if let Some(name) = tree.value(&dir, "type") {
            stream.type_ = match value::named::<VsndStreamType>(tables::VSND_STREAM_TYPE, name) {
                Some(kind) => kind,
                None => return broken("a stream has an unknown type"),
            };
        }
        params(&mut stream.params, tree, &dir)?;
        pcm.streams.push(stream);
    }
    Ok(())
}

fn params(params: &mut VsndParams, tree: &Tree, dir: &str) -> ReadResult {
    let words = |name| {
        let value = tree.value(dir, name).unwrap_or_default();
        value.split(|b| matches!(b, b' ' | b',')).filter(|word| !word.is_empty())
    };
    let number = |name| tree.value(dir, name).and_then(value::unsigned).unwrap_or(0);
    for rate in words("sample-rates") {
        params.sample_rates.push(value::unsigned(rate).unwrap_or(0));
    }
    for name in words("sample-formats") {
        match value::named(tables::VSND_PCM_FORMAT, name) {
            Some(format) => params.sample_formats.push(format),
            None => return broken("unknown sample format"),
        }
    }
    params.channels_min = number("channels-min");
    params.channels_max = number("channels-max");
    params.buffer_size = number("buffer-size");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::read::DeviceLocation;
    use crate::types::idiomatic::VsndPcmFormat;

    fn card(nodes: &[(&str, &str)]) -> Result<DeviceVsnd, super::super::BrokenDevice> {
        let location = DeviceLocation { domid: 7, devid: 0, kind: DeviceKind::Vsnd, backend: None };
        let mut card = DeviceVsnd::default();
        (VSND.end)(&mut card, &location, &Tree::of(nodes)).map(|()| card)
    }

    #[test]
    fn a_card_with_pcm_devices_and_streams() {
        let card = card(&[
            ("short-name", "card"),
            ("sample-rates", "48000, 0x10,,x"),
            ("sample-formats", "S16_LE"),
            ("channels-max", "99999999999"),
            ("0/name", "first"),
            ("0/0/type", "c"),
            ("0/1/unique-id", "two"),
            ("1/buffer-size", "64"),
        ])
        .unwrap();
        assert_eq!(card.params.sample_rates, [48000, 16, 0]);
        assert_eq!(card.params.sample_formats, [VsndPcmFormat::S16Le]);
        assert_eq!(card.params.channels_max, 0);
        assert_eq!((card.pcms.len(), card.pcms[0].streams.len()), (2, 2));
        assert_eq!(card.pcms[0].streams[0].type_, VsndStreamType::C);
        assert_eq!(card.pcms[1].params.buffer_size, 64);
    }

    #[test]
    fn unknown_names_are_refused() {
        for bad in [("sample-formats", "s16_le,loud"), ("0/sample-formats", "x"), ("0/0/type", "x")]
        {
            assert!(card(&[bad]).is_err(), "{bad:?}");
        }
    }
}
