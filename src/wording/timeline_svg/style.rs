//! In which colours and patterns is the timeline drawn? Quiet ones; whatever matters is also a pattern and a word.
//!
//! Names begin with `po-`, so that the picture can stand inside a page without touching its other parts. Colours are
//! said twice and not through variables, since many programs that draw SVG know no variables.

/// How many fills take turns, so that a handoff shows.
pub(super) const FILLS: usize = FILL_COLOURS.len();
/// The light fills, as the style sheet says them.
pub(in crate::wording) const FILL_COLOURS: [&str; 6] =
    ["#cfe3f5", "#d6ebd3", "#f3e3c3", "#e3daf0", "#cfe9e6", "#f2d9de"];

/// The style sheet, light and dark.
pub(super) const STYLE: &str = "<style>
.po-t{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue','Liberation Sans',Arial,sans-serif}
.po-t text{fill:#1f2933;font-size:13px}
.po-t .po-page{fill:#ffffff}
.po-t .po-head{font-size:20px;font-weight:600}
.po-t .po-name{font-size:15px;font-weight:600}
.po-t .po-day{font-weight:600}
.po-t .po-soft{fill:#52606d}
.po-t .po-note{font-size:12px}
.po-t .po-tiny{font-size:11px}
.po-t .po-bad{fill:#9b1c1c;font-weight:700}
.po-t .po-end{text-anchor:end}
.po-t .po-mid{text-anchor:middle}
.po-t .po-lane{fill:#eef1f5;fill-opacity:.6}
.po-t .po-weekend{fill:#e6ebf1}
.po-t .po-line{stroke:#cbd2d9;stroke-width:1}
.po-t .po-change{fill:#ffffff;stroke:#1f2933;stroke-width:1.2}
.po-t .po-edge{stroke:#1f2933;stroke-width:1.2;stroke-dasharray:2 3}
.po-t .po-need{fill:#52606d}
.po-t .po-box{stroke:#52606d;stroke-width:1}
.po-t .po-f0{fill:#cfe3f5}.po-t .po-f1{fill:#d6ebd3}.po-t .po-f2{fill:#f3e3c3}
.po-t .po-f3{fill:#e3daf0}.po-t .po-f4{fill:#cfe9e6}.po-t .po-f5{fill:#f2d9de}
.po-t .po-halo{paint-order:stroke;stroke:#ffffff;stroke-opacity:.8;stroke-width:3px;stroke-linejoin:round}
.po-t .po-dots{fill:url(#po-dots)}
.po-t .po-stripes{fill:url(#po-stripes)}
.po-t .po-hatch{fill:url(#po-hatch);stroke:#9b1c1c;stroke-width:2}
.po-t .po-paper{fill:#ffffff}
.po-t .po-ink{fill:#1f2933}
.po-t .po-pen{stroke:#1f2933}
.po-t .po-pen-bad{stroke:#9b1c1c}
.po-t .po-bar{fill:#1f2933}
.po-t .po-now{stroke:#0b5394;stroke-width:2}
.po-t .po-now-flag{fill:#0b5394}
.po-t .po-now-word{fill:#ffffff;font-weight:600;font-size:12px}
@media (prefers-color-scheme:dark){
.po-t text{fill:#e4e7eb}
.po-t .po-page{fill:#14191f}
.po-t .po-soft{fill:#a8b3bf}
.po-t .po-bad{fill:#ff9d9d}
.po-t .po-lane{fill:#1d242c}
.po-t .po-weekend{fill:#262f39}
.po-t .po-line{stroke:#3b4753}
.po-t .po-change{fill:#14191f;stroke:#e4e7eb}
.po-t .po-edge{stroke:#e4e7eb}
.po-t .po-need{fill:#a8b3bf}
.po-t .po-box{stroke:#9aa7b4}
.po-t .po-f0{fill:#1f4566}.po-t .po-f1{fill:#2b5233}.po-t .po-f2{fill:#5a4720}
.po-t .po-f3{fill:#473a66}.po-t .po-f4{fill:#1f5450}.po-t .po-f5{fill:#5e333f}
.po-t .po-halo{stroke:#14191f;stroke-opacity:.75}
.po-t .po-hatch{stroke:#ff9d9d}
.po-t .po-paper{fill:#14191f}
.po-t .po-ink{fill:#e4e7eb}
.po-t .po-pen{stroke:#e4e7eb}
.po-t .po-pen-bad{stroke:#ff9d9d}
.po-t .po-bar{fill:#e4e7eb}
.po-t .po-now{stroke:#7cc0ff}
.po-t .po-now-flag{fill:#7cc0ff}
.po-t .po-now-word{fill:#14191f}
}
@media print{.po-t .po-page{fill:#ffffff}}
</style>
";

/// The patterns: dots for overrides, thin stripes for conflicts, heavy hatching for holes.
pub(super) const PATTERNS: &str = "<defs>
<pattern id=\"po-dots\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">\
<circle class=\"po-ink\" cx=\"3\" cy=\"3\" r=\"0.9\" fill-opacity=\"0.55\"/></pattern>
<pattern id=\"po-stripes\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
<line class=\"po-pen\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"7\" stroke-width=\"2.4\" stroke-opacity=\"0.5\"/></pattern>
<pattern id=\"po-hatch\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(-45)\">\
<rect class=\"po-paper\" width=\"8\" height=\"8\"/>\
<line class=\"po-pen-bad\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"8\" stroke-width=\"5\"/></pattern>
</defs>
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_are_the_same_in_mails_and_pictures() {
        for (number, colour) in FILL_COLOURS.iter().enumerate() {
            assert!(STYLE.contains(&format!(".po-f{number}{{fill:{colour}}}")), "{number} {colour}");
        }
    }
}
