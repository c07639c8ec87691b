//! PDF to headings and texts. The reader of the format is fenced in, because PDF files break every promise.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::outline::Block;
use super::{Problem, text};

/// The blocks of a PDF file. What stands at a page's head and foot on most pages is left out.
///
/// The crate that reads PDF panics on some broken files; a panic becomes a problem of the file.
pub(crate) fn blocks(bytes: &[u8]) -> Result<Vec<Block>, Problem> {
    let hint = "open it in a PDF reader and save it anew, or give the text as Markdown";
    let read = catch_unwind(AssertUnwindSafe(|| pdf_extract::extract_text_from_mem_by_pages(bytes)));
    match read {
        Ok(Ok(pages)) => Ok(text::blocks(&without_furniture(&pages).join("\n\n"))),
        Ok(Err(error)) => Err(Problem::text(format!("the PDF cannot be read: {error}")).hint(hint)),
        Err(_) => Err(Problem::text("the PDF is broken").hint(hint)),
    }
}

/// The pages without the lines that stand first or last on more than half of them.
fn without_furniture(pages: &[String]) -> Vec<String> {
    let mut times: HashMap<&str, usize> = HashMap::new();
    for page in pages {
        let mut lines = page.lines().map(str::trim).filter(|line| !line.is_empty());
        for edge in [lines.next(), lines.next_back()].into_iter().flatten() {
            *times.entry(edge).or_default() += 1;
        }
    }
    let is_furniture = |line: &str| pages.len() > 2 && times.get(line.trim()).is_some_and(|&n| n * 2 > pages.len());
    let clean = |page: &String| page.lines().filter(|line| !is_furniture(line)).collect::<Vec<_>>().join("\n");
    pages.iter().map(clean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pdf_is_a_problem_with_a_hint() {
        for broken in [
            &b""[..],
            b"not a pdf",
            b"%PDF-1.7\n%%EOF",
            b"%PDF-1.4\nxref\n0 9\ntrailer<</Size 9>>\nstartxref\n9\n%%EOF",
        ] {
            let problem = blocks(broken).map(|blocks| assert!(blocks.is_empty()));
            assert!(problem.is_ok() || problem.is_err_and(|problem| problem.hint.is_some()));
        }
    }

    #[test]
    fn lines_that_repeat_on_the_pages_are_furniture() {
        let pages: Vec<_> = (1..=4).map(|page| format!("Veldra Lumen\n\nText {page}.\n\nwww.example.com\n")).collect();
        let clean = without_furniture(&pages).join(" ");
        assert!(clean.contains("Text 3.") && !clean.contains("Veldra") && !clean.contains("www"), "{clean}");
    }
}
