//! The part of a search that only lets through what holds for the customer's vehicles, market and language.

use contract::ports::{Query, VehicleFilter};
use tantivy::Term;
use tantivy::query::{BooleanQuery, ConstScoreQuery, Occur, Query as EngineQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use super::schema::{ANY, Fields};
use crate::analysis::primary;

/// The conditions that every passage found must meet. They add nothing to its score.
pub(crate) fn of(query: &Query, fields: &Fields) -> Vec<Box<dyn EngineQuery>> {
    let mut conditions = Vec::new();
    if !query.vehicles.is_empty() {
        conditions.push(one_of(query.vehicles.iter().map(|vehicle| fits(vehicle, fields)).collect()));
    }
    if let Some(market) = &query.market {
        conditions.push(is_or_any(fields.market, &market.to_lowercase()));
    }
    if let Some(language) = &query.language {
        conditions.push(is_or_any(fields.language, &primary(language)));
    }
    let silent = |condition| Box::new(ConstScoreQuery::new(condition, 0.0)) as Box<dyn EngineQuery>;
    conditions.into_iter().map(silent).collect()
}

/// Holds for the vehicle's model or all models, and for its year or all years.
fn fits(vehicle: &VehicleFilter, fields: &Fields) -> Box<dyn EngineQuery> {
    let model = is_or_any(fields.model, &vehicle.model.to_lowercase());
    match vehicle.year {
        None => model,
        Some(year) => all_of(vec![model, is_or_any(fields.year, &year.to_string())]),
    }
}

fn is_or_any(field: Field, value: &str) -> Box<dyn EngineQuery> {
    one_of(vec![is(field, value), is(field, ANY)])
}

fn is(field: Field, value: &str) -> Box<dyn EngineQuery> {
    Box::new(TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic))
}

fn one_of(conditions: Vec<Box<dyn EngineQuery>>) -> Box<dyn EngineQuery> {
    Box::new(BooleanQuery::new(conditions.into_iter().map(|condition| (Occur::Should, condition)).collect()))
}

fn all_of(conditions: Vec<Box<dyn EngineQuery>>) -> Box<dyn EngineQuery> {
    Box::new(BooleanQuery::new(conditions.into_iter().map(|condition| (Occur::Must, condition)).collect()))
}
