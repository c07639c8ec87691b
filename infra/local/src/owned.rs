//! Which rows are a customer's: those under their own id, and those under one of their cars.

use contract::{Access, Error, ErrorKind, Result};
use rusqlite::{Connection, Params, Row};
use serde_json::Value;

use crate::database::lost;

/// The condition on a column `owner` ([`contract::Caller::owner`]), which an index serves; its parameters are [`owners`].
pub(crate) const OWNED: &str = "(owner = ?1 OR owner = ?2 OR (owner > ?3 AND owner < ?4))";

/// The parameters of [`OWNED`]. Between the last two are the owners that begin with the third: `~` is followed by DEL.
pub(crate) fn owners(access: &Access) -> [String; 4] {
    let customer = access.customer();
    let car = format!("vehicle~{customer}");
    [customer.to_string(), car.clone(), format!("{car}~"), format!("{car}\u{7f}")]
}

/// Every row as a piece of an export.
pub(crate) fn pieces(
    connection: &Connection,
    sql: &str,
    values: impl Params,
    piece: fn(&Row<'_>) -> rusqlite::Result<Value>,
) -> Result<Vec<Value>> {
    let mut statement = connection.prepare_cached(sql).map_err(lost)?;
    let rows = statement.query_map(values, piece).map_err(lost)?;
    rows.collect::<rusqlite::Result<_>>().map_err(lost)
}

/// Runs a statement that erases, and returns how many rows that were.
pub(crate) fn erased(connection: &Connection, sql: &str, values: impl Params) -> Result<u64> {
    let rows = connection.prepare_cached(sql).and_then(|mut statement| statement.execute(values)).map_err(lost)?;
    u64::try_from(rows).map_err(|cause| Error::new(ErrorKind::Internal, "too many rows").caused_by(cause))
}

/// What a column holds as JSON; its text when it is none.
pub(crate) fn json(row: &Row<'_>, column: usize) -> rusqlite::Result<Value> {
    let text: String = row.get(column)?;
    Ok(serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

#[cfg(test)]
mod tests {
    use contract::testing::access;

    use super::*;

    #[test]
    fn the_condition_says_what_the_contract_says() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE things (owner TEXT)").unwrap();
        let all = [
            "",
            "ada",
            "ada2",
            "adb",
            "vehicle~ada",
            "vehicle~ada~WVELDRA0000000001",
            "vehicle~ada2~WVELDRA0000000001",
            "vehicle~ada2",
            "vehicle~ada-x",
            "operator~ada",
            "admin~ada",
            "partner~ada",
        ];
        for owner in all {
            connection.execute("INSERT INTO things (owner) VALUES (?1)", [owner]).unwrap();
        }
        let ada = access("ada");
        let mut statement = connection.prepare(&format!("SELECT owner FROM things WHERE {OWNED}")).unwrap();
        let found = statement.query_map(owners(&ada), |row| row.get::<_, String>(0)).unwrap();
        let found: Vec<String> = found.map(|owner| owner.unwrap()).collect();
        assert_eq!(found, all.into_iter().filter(|owner| ada.owns(owner)).collect::<Vec<_>>());
        assert_eq!(found.len(), 3);
    }
}
