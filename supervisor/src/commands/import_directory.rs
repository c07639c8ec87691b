//! `motorline import-directory`: stores the dealers and cars of a house where the service desk keeps them.

use std::path::PathBuf;

use backoffice::service_desk::Directory;
use clap::Args;

use crate::commands::{audit, say};
use crate::settings::Settings;
use crate::wiring;

/// What `import-directory` takes.
#[derive(Debug, Args)]
pub(super) struct ImportDirectory {
    /// The file: `[[dealer]]` and `[[car]]` as in infra/local/data/dealers.toml and cars.toml, with `closed` of each dealer in
    /// place of holidays. What it names takes the place of what was known; the rest stays.
    file: PathBuf,
}

impl ImportDirectory {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), String> {
        let file = self.file.display();
        let text = std::fs::read_to_string(&self.file).map_err(|cause| format!("cannot read {file}: {cause}"))?;
        let directory = Directory::parse(&text).map_err(|mistakes| {
            format!("{file} has {} mistake(s); nothing was stored\n  {}", mistakes.len(), mistakes.join("\n  "))
        })?;
        let (dealers, cars) = (directory.dealers.len(), directory.cars.len());
        audit::note(settings, "import_directory", Some(format!("{dealers} dealers, {cars} cars"))).await?;
        wiring::import(settings, directory).await.map_err(|error| error.to_string())?;
        say(format_args!("{dealers} dealer(s) and {cars} car(s) are stored in {}", settings.office.service_desk));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use backoffice::ServiceDesk;
    use local::{Database, SqliteServiceDesk, SystemClock};

    use super::*;

    const DEALER: &str = r#"
        [[dealer]]
        id = "york"
        name = "Veldra Centre York"
        town = "York"
        address = "1 Test Street, York"
        phone = "+44 1632 960150"
        market = "uk"
        location = { lat = 53.96, lon = -1.08 }
        work = ["service"]
        time_zone = "Europe/London"
        hours = [{ days = [1, 5], opens = "08:00", closes = "18:00" }]
        grid_minutes = 60
        bays = 2
    "#;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_good_file_is_stored_and_a_bad_one_is_refused_with_its_name_and_stores_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let flags = [("data", data.to_str().unwrap()), ("service_desk", "sqlite://house.db")];
        let flags = flags.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let sources = crate::settings::Sources { flags, ..Default::default() };
        let settings = Settings::resolve(&sources).unwrap();
        let import = async |text: &str| {
            let file = folder.path().join("house.toml");
            std::fs::write(&file, text).unwrap();
            ImportDirectory { file }.run(&settings).await
        };
        let refused = import(&DEALER.replace("bays = 2", "bays = 0")).await.unwrap_err();
        assert!(refused.contains("house.toml has 1 mistake") && refused.contains("dealer.0.bays"), "{refused}");
        let missing = ImportDirectory { file: folder.path().join("nowhere.toml") }.run(&settings).await.unwrap_err();
        assert!(missing.contains("nowhere.toml"), "{missing}");

        assert!(!data.join("house.db").exists(), "nothing was stored");
        import(DEALER).await.unwrap();
        let (database, clock) = (Database::open(&data.join("house.db")).unwrap(), Arc::new(SystemClock::start()));
        let stored = SqliteServiceDesk::unfurnished(database, clock).dealers("uk").await.unwrap();
        assert_eq!(stored.into_iter().map(|dealer| dealer.name).collect::<Vec<_>>(), ["Veldra Centre York"]);
    }
}
