//! Is an e-mail address really a carrier's mail-to-text gateway? Those ended or are ending (domain 3, "e-mail to SMS").

/// A carrier's mail-to-text gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CarrierGateway {
    /// The carrier switched it off: mail to it reaches nobody.
    Ended(&'static str),
    /// The carrier announced its end and it loses messages already.
    Ending(&'static str),
}

/// What is known of the gateway that `address` belongs to; `None` for ordinary addresses.
pub fn carrier_gateway(address: &str) -> Option<CarrierGateway> {
    let (_, domain) = address.trim().rsplit_once('@')?;
    match domain.trim_end_matches('.').to_ascii_lowercase().as_str() {
        "txt.att.net" => Some(CarrierGateway::Ended(
            "AT&T ended its mail-to-text addresses on 2025-06-17: give the person a phone number for texts instead",
        )),
        "tmomail.net" => Some(CarrierGateway::Ended(
            "T-Mobile ended its mail-to-text addresses in December 2024: give the person a phone number for texts instead",
        )),
        "vtext.com" => Some(CarrierGateway::Ending(
            "Verizon ends its mail-to-text addresses on 2027-03-31 and they lose messages already: \
             give the person a phone number for texts instead",
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ended_gateways_are_told_from_the_ending_one_and_from_mail() {
        for ended in ["6085550142@txt.att.net", "6085550142@TMOMAIL.net", " 1@txt.att.net. "] {
            assert!(matches!(carrier_gateway(ended), Some(CarrierGateway::Ended(_))), "{ended}");
        }
        assert!(matches!(carrier_gateway("6085550142@vtext.com"), Some(CarrierGateway::Ending(_))));
        for ordinary in ["ada@example.edu", "ada@att.net", "txt.att.net", "ada@not-vtext.com", ""] {
            assert_eq!(carrier_gateway(ordinary), None, "{ordinary}");
        }
    }
}
