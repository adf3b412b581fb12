//! Parts that are used alone: what holds their data is replaced as little as that of the whole.

use account_look::{NamesakeKind, Owner, PlannedResource};
use pulumi_component::engine::Given;
use pulumi_component::value::{PropertyError, PropertyPath};
use pulumi_component::{Context, Error};

use crate::account::existing::found::Planned;
use crate::account::existing::reading;
use crate::account::facts::AccountFacts;
use crate::inputs::name_prefix::NamePrefix;
use crate::inputs::reports::ReportsArgs;

impl Planned {
    /// A resource whose name derives from the prefix, of a part that has no input that asks for its replacement.
    pub(crate) fn alone(kind: NamesakeKind, prefix: &NamePrefix, name: String) -> Self {
        Self {
            names: vec![PlannedResource { kind, path: "namePrefix".into(), name }],
            prefix: format!("{}-", prefix.as_str()),
            // It has none to lose.
            own_key: true,
            never_replaced: true,
            ..Self::default()
        }
    }

    /// The report bucket; nothing where its name is not known yet.
    pub(crate) fn bucket_alone(prefix: &NamePrefix, reports: &ReportsArgs, facts: &AccountFacts) -> Option<Self> {
        let (path, name, secret): (PropertyPath, _, _) = match &reports.bucket_name {
            Some(name) => {
                let given = name.given()?;
                (["reports", "bucketName"].into(), given.value.clone()?, given.secret)
            }
            None => {
                let name = prefix.bucket_in(facts.known_account_id()?, facts.known_region()?);
                ("namePrefix".into(), name, false)
            }
        };
        let planned = Self::alone(NamesakeKind::Bucket, prefix, name.clone());
        let names = vec![PlannedResource { kind: NamesakeKind::Bucket, path, name: name.clone() }];
        Some(Self {
            names: if secret { Vec::new() } else { names },
            hidden_bucket: secret.then_some(name),
            allow_replacement: reports.allow_replacement,
            on_destroy: reports.on_destroy(),
            never_replaced: false,
            ..planned
        })
    }
}

impl AccountFacts {
    /// Why a part that is used alone must not be deployed under these names: something that holds data would be replaced. A
    /// preview says which bucket stays behind.
    pub(crate) async fn refused_names(&self, context: &Context, planned: &Planned) -> Option<PropertyError> {
        let former = self.former_owners().to_vec();
        let owner = Owner { value: self.owner().to_owned(), former, ..Owner::default() };
        let existing = reading::read(context, planned, &owner).await;
        if context.is_preview() {
            existing.left(planned, &owner).into_iter().for_each(|line| context.info(line));
        }
        existing.refused_replacement(planned, &owner)
    }

    /// The same where these names replace nothing that holds data.
    ///
    /// # Errors
    /// Where they do.
    pub(crate) async fn admit_names(self, context: &Context, planned: Option<Planned>) -> Result<Self, Error> {
        let Some(planned) = planned else { return Ok(self) };
        match self.refused_names(context, &planned).await {
            Some(problem) => Err(Error::InvalidInputs(vec![problem])),
            None => Ok(self),
        }
    }
}
