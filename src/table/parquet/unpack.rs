//! What pages come to when they are decompressed.
//!
//! The library believes a page's header, or decompresses it to its end before it looks: a few bytes could fill the
//! memory. So pages are decompressed once before, and nothing of them is kept: a column of a row group comes to no more
//! than the file's footer says, which is bounded.

use super::broken;
use crate::{
    domain::fault::{At, Fault},
    table::Failure,
};
use parquet::{
    basic::Compression,
    column::page::Page,
    file::{
        metadata::{ColumnChunkMetaData, ParquetMetaData},
        serialized_reader::SerializedPageReader,
    },
};
use std::{fs::File, io::Read, sync::Arc};

/// Bytes of a buffer that decompresses.
const BUFFER: usize = 64 << 10;

/// A fault if a column of a row group comes to more bytes than there is room for by what the footer says, or is
/// compressed in a way that is not known here.
pub(super) fn bounded(
    file: &File,
    metadata: &ParquetMetaData,
    room: impl Fn(u64) -> u64,
) -> Result<(), Failure> {
    let file = Arc::new(file.try_clone()?);
    for group in metadata.row_groups() {
        let rows = usize::try_from(group.num_rows()).map_err(broken)?;
        for chunk in group.columns() {
            let most = room(u64::try_from(chunk.uncompressed_size()).unwrap_or_default());
            match chunk.compression() {
                Compression::UNCOMPRESSED => {}
                Compression::GZIP(_)
                | Compression::BROTLI(_)
                | Compression::ZSTD(_)
                | Compression::SNAPPY => {
                    if bytes(&file, chunk, rows, most)? > most {
                        let expected = format!("a column of at most {most} bytes in a row group");
                        return Err(Fault::new(At::Whole, expected, "more, once decompressed").into());
                    }
                }
                other => {
                    let found = other.to_string();
                    let expected = "pages that are not compressed, or by Snappy, gzip, Brotli or Zstandard";
                    return Err(Fault::new(At::Whole, expected, found).into());
                }
            }
        }
    }
    Ok(())
}

/// What a column of a row group comes to, or more than `most`.
fn bytes(file: &Arc<File>, chunk: &ColumnChunkMetaData, rows: usize, most: u64) -> Result<u64, Failure> {
    // As if nothing were compressed: then the pages come as they stand in the file.
    let plain = chunk.clone().into_builder().set_compression(Compression::UNCOMPRESSED).build();
    let pages =
        SerializedPageReader::new(file.clone(), &plain.map_err(broken)?, rows, None).map_err(broken)?;
    let mut bytes = 0;
    for page in pages {
        let page = page.map_err(broken)?;
        let left = most.saturating_add(1).saturating_sub(bytes);
        bytes += unpacked(chunk.compression(), compressed(&page), left);
        if bytes > most {
            break;
        }
    }
    Ok(bytes)
}

/// What of a page is compressed: not what says where the second version has cells.
fn compressed(page: &Page) -> &[u8] {
    match page {
        Page::DataPageV2 { is_compressed: false, .. } => &[],
        Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, .. } => {
            let levels = (*def_levels_byte_len as usize).saturating_add(*rep_levels_byte_len as usize);
            buf.get(levels..).unwrap_or_default()
        }
        page => page.buffer(),
    }
}

/// How many bytes a page comes to, at most so many; where it is broken, up to there.
fn unpacked(coding: Compression, page: &[u8], most: u64) -> u64 {
    match coding {
        Compression::BROTLI(_) => counted(brotli::Decompressor::new(page, BUFFER).take(most)),
        Compression::ZSTD(_) => zstd::Decoder::with_buffer(page).map_or(0, |all| counted(all.take(most))),
        Compression::SNAPPY => announced(page).min(most),
        _ => counted(flate2::read::MultiGzDecoder::new(page).take(most)),
    }
}

/// What a block of Snappy says that it comes to, which its decoder allocates and keeps to.
fn announced(block: &[u8]) -> u64 {
    let digits = block.iter().take(5).enumerate();
    let last = block.iter().take(5).position(|byte| byte & 0x80 == 0).unwrap_or_default();
    digits.take(last + 1).map(|(place, byte)| u64::from(byte & 0x7f) << (7 * place)).sum()
}

fn counted(mut reader: impl Read) -> u64 {
    let (mut buffer, mut bytes) = (vec![0; BUFFER], 0);
    // What is broken is told by whoever wants what it says.
    while let Ok(read @ 1..) = reader.read(&mut buffer) {
        bytes += read as u64;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{ArrayRef, Int64Array, RecordBatch};
    use parquet::{
        arrow::{ArrowWriter, arrow_reader::ArrowReaderMetadata},
        file::properties::{WriterProperties, WriterVersion},
    };
    use std::io::Write;

    #[test]
    fn what_comes_to_more_than_is_borne_is_refused_before_it_is_decompressed_into_memory() {
        let zeros = Arc::new(Int64Array::from(vec![0; 100_000])) as ArrayRef;
        let batch = RecordBatch::try_from_iter([("n", zeros)]).unwrap();
        let (gzip, brotli) = (Default::default(), Default::default());
        for coding in [
            Compression::GZIP(gzip),
            Compression::BROTLI(brotli),
            Compression::ZSTD(Default::default()),
            Compression::SNAPPY,
        ] {
            for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
                let properties = WriterProperties::builder()
                    .set_compression(coding)
                    .set_writer_version(version)
                    .set_dictionary_enabled(false)
                    .set_column_encoding("n".into(), parquet::basic::Encoding::PLAIN)
                    .build();
                let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
                writer.write(&batch).unwrap();
                let mut file = tempfile::tempfile().unwrap();
                file.write_all(&writer.into_inner().unwrap()).unwrap();
                let metadata = ArrowReaderMetadata::load(&file, Default::default()).unwrap();

                let bounded = |most| bounded(&file, metadata.metadata(), |_| most);

                assert!(bounded(900_000).is_ok(), "{coding:?} {version:?}");
                let refused = bounded(700_000).unwrap_err().to_string();
                assert!(refused.ends_with("found more, once decompressed"), "{refused}");
            }
        }
    }
}
