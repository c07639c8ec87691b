//! What the index knows about its passages: how often terms occur, how long passages are, and which are candidates.

use contract::Result;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query as EngineQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, ReloadPolicy, Searcher, Term};

use super::schema::Fields;
use super::unavailable;
use crate::question::{Place, Question};
use crate::vocabulary::Vocabulary;

/// How many passages the engine proposes for ranking. Beyond it nothing relevant was ever seen.
const CANDIDATES: usize = 100;

/// A heading word counts this many times a body word when candidates are proposed.
const HEADING_BOOST: f32 = 2.0;

/// The opened index with its statistics.
pub(crate) struct Corpus {
    searcher: Searcher,
    fields: Fields,
    vocabulary: Vocabulary,
}

impl Corpus {
    pub(crate) fn open(index: &tantivy::Index) -> Result<Self> {
        let fields = Fields::of(&index.schema())?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(unavailable)?;
        let searcher = reader.searcher();
        let vocabulary = vocabulary(&searcher, fields.body)?;
        Ok(Self { searcher, fields, vocabulary })
    }

    pub(crate) fn searcher(&self) -> &Searcher {
        &self.searcher
    }

    pub(crate) fn fields(&self) -> &Fields {
        &self.fields
    }

    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// How many passages there are.
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.searcher.num_docs()).unwrap_or(usize::MAX)
    }

    /// In how many passages the two terms stand side by side.
    pub(crate) fn pair_frequency(&self, pair: &str) -> Result<u32> {
        let found = self.searcher.doc_freq(&Term::from_field_text(self.fields.pairs, pair)).map_err(unavailable)?;
        Ok(u32::try_from(found).unwrap_or(u32::MAX))
    }

    /// Where all passages are.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = DocAddress> + '_ {
        let segments = (0..).zip(self.searcher.segment_readers());
        segments.flat_map(|(segment, reader)| reader.doc_ids_alive().map(move |doc| DocAddress::new(segment, doc)))
    }

    /// The passages that meet `conditions` and share most with the question, as the engine's BM25 sees it.
    pub(crate) fn candidates(
        &self,
        question: &Question,
        conditions: Vec<Box<dyn EngineQuery>>,
    ) -> Result<Vec<DocAddress>> {
        let wanted = self.any_reading(question);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let mut clauses = vec![(Occur::Must, Box::new(BooleanQuery::new(wanted)) as Box<dyn EngineQuery>)];
        clauses.extend(conditions.into_iter().map(|condition| (Occur::Must, condition)));
        let top = TopDocs::with_limit(CANDIDATES).order_by_score();
        let found = self.searcher.search(&BooleanQuery::new(clauses), &top).map_err(unavailable)?;
        Ok(found.into_iter().map(|(_, address)| address).collect())
    }

    fn any_reading(&self, question: &Question) -> Vec<(Occur, Box<dyn EngineQuery>)> {
        let mut clauses = Vec::new();
        for reading in question.concepts.iter().flat_map(|concept| &concept.readings) {
            let places: &[(Field, f32)] = match reading.place {
                Place::Words => &[(self.fields.body, 1.0), (self.fields.heading, HEADING_BOOST)],
                Place::Pairs => &[(self.fields.pairs, 1.0)],
            };
            for (field, boost) in places {
                let term = TermQuery::new(Term::from_field_text(*field, &reading.term), IndexRecordOption::WithFreqs);
                let boosted = BoostQuery::new(Box::new(term), boost * reading.weight);
                clauses.push((Occur::Should, Box::new(boosted) as Box<dyn EngineQuery>));
            }
        }
        clauses
    }
}

fn vocabulary(searcher: &Searcher, body: Field) -> Result<Vocabulary> {
    let mut terms = Vec::new();
    for reader in searcher.segment_readers() {
        let index = reader.inverted_index(body).map_err(unavailable)?;
        let mut stream = index.terms().stream().map_err(unavailable)?;
        while let Some((term, statistics)) = stream.next() {
            terms.push((String::from_utf8_lossy(term).into_owned(), statistics.doc_freq));
        }
    }
    Ok(terms.into_iter().collect())
}
