//! Runbooks as a browser shows them: HTML without anything that runs.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

/// The title of a runbook: its first heading.
pub fn title(markdown: &str) -> String {
    let first = markdown.lines().find_map(|line| line.strip_prefix("# "));
    first.unwrap_or_default().trim().to_owned()
}

/// What follows the title, as HTML. Markup inside the text stays text; links lead to the web or to other runbooks, as `#NAME`.
pub fn html(markdown: &str) -> String {
    let body =
        markdown.split_once('\n').filter(|(first, _)| first.starts_with("# ")).map_or(markdown, |(_, body)| body);
    let events = Parser::new_ext(body, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type, dest_url: safe(&dest_url).into(), title, id })
        }
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => Event::Text("".into()),
        other => other,
    });
    let mut written = String::new();
    html::push_html(&mut written, events);
    written
}

fn safe(link: &str) -> String {
    match link.strip_suffix(".md") {
        _ if link.starts_with("https://") => link.to_owned(),
        Some(runbook) if !runbook.contains(['/', ':']) => format!("#{runbook}"),
        _ => "#".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_stays_text_and_nothing_runs() {
        let hostile = "# Title\n\nA `code` <script>alert(1)</script> [x](javascript:alert(1)) ![y](https://e.example/z.png)\n\n<iframe src=a></iframe>\n";
        let html = html(hostile);
        assert!(html.contains("<code>code</code>") && html.contains("&lt;script&gt;"), "{html}");
        assert!(!["<script", "javascript:", "<img", "<iframe", "<h1"].iter().any(|part| html.contains(part)), "{html}");
        assert_eq!(title(hostile), "Title");
        assert!(super::html("[other](error-rate.md)").contains("href=\"#error-rate\""));
    }
}
