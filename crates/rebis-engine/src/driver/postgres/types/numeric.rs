//! PostgreSQL's NUMERIC: groups of four decimal digits. Invariant: every `Decimal` comes back with the same value and scale.

use rust_decimal::Decimal;
use tokio_postgres::types::private::BytesMut;

use super::{Refused, refused};

const NEGATIVE: u16 = 0x4000;

pub(super) fn encode(d: &Decimal, out: &mut BytesMut) {
    let scale = d.scale();
    // The point must stand between two groups.
    let pad = (4 - scale % 4) % 4;
    let mut rest = d.mantissa().unsigned_abs() * 10_u128.pow(pad);
    let mut groups: Vec<i16> = Vec::with_capacity(9);
    while rest > 0 {
        groups.push((rest % 10_000) as i16);
        rest /= 10_000;
    }
    let weight = groups.len() as i16 - 1 - ((scale + pad) / 4) as i16;
    let trailing = groups.iter().take_while(|g| **g == 0).count();
    let groups = &groups[trailing..];
    let sign = if d.is_sign_negative() && !groups.is_empty() { NEGATIVE } else { 0 };
    out.extend_from_slice(&(groups.len() as i16).to_be_bytes());
    out.extend_from_slice(&if groups.is_empty() { 0 } else { weight }.to_be_bytes());
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&(scale as u16).to_be_bytes());
    for group in groups.iter().rev() {
        out.extend_from_slice(&group.to_be_bytes());
    }
}

pub(super) fn decode(raw: &[u8]) -> Result<Decimal, Refused> {
    let Some((head, digits)) = raw.split_first_chunk::<8>() else {
        return refused("the server sent a numeric that ends too early");
    };
    let [_, _, w1, w0, s1, s0, d1, d0] = *head;
    let (weight, sign, scale) =
        (i16::from_be_bytes([w1, w0]), u16::from_be_bytes([s1, s0]), u16::from_be_bytes([d1, d0]));
    if sign & 0xC000 == 0xC000 {
        return refused(
            "the numeric is NaN or infinite, which Decimal cannot hold; read it as a float: CAST(… AS double precision)",
        );
    }
    value(weight, scale, digits)
        .map(|m| if sign == NEGATIVE { -m } else { m })
        .and_then(|m| Decimal::try_from_i128_with_scale(m, u32::from(scale)).ok())
        .ok_or_else(|| Refused::new("the numeric has more than the 28 digits of Decimal; round it in the statement, or read it as text"))
}

/// The digits as a whole number of units of `10^-scale`.
fn value(weight: i16, scale: u16, digits: &[u8]) -> Option<i128> {
    let mut mantissa: i128 = 0;
    let mut groups = 0;
    for group in digits.chunks_exact(2) {
        mantissa = mantissa
            .checked_mul(10_000)?
            .checked_add(i128::from(i16::from_be_bytes([group[0], group[1]])))?;
        groups += 1;
    }
    if mantissa == 0 {
        return Some(0);
    }
    let shift = (i32::from(weight) - groups + 1) * 4 + i32::from(scale);
    let factor = 10_i128.checked_pow(shift.unsigned_abs())?;
    if shift >= 0 { mantissa.checked_mul(factor) } else { Some(mantissa / factor) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decimal_comes_back() {
        for text in [
            "0",
            "1",
            "-1",
            "0.1",
            "0.0001",
            "10000",
            "12345.6789",
            "-0.00000001",
            "100.00",
            "79228162514264337593543950335",
            "0.0000000000000000000000000001",
            "1.10",
        ] {
            let d = Decimal::from_str_exact(text).unwrap();
            let mut out = BytesMut::new();
            encode(&d, &mut out);
            let back = decode(&out).unwrap();
            assert_eq!(back.to_string(), d.to_string());
        }
    }
}
