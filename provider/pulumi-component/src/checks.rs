//! A component's own checks of its inputs: what the schema of a single one cannot say.

use crate::error::{PropertyError, join_path, path_member};
use crate::input::Input;

/// Where a component reports what it finds in its inputs, with the path it stands at.
///
/// Errors refuse the component before anything is registered; warnings are told and the run goes on. An eventual input
/// is judged where its value is known: a preview leaves an unknown one aside, and the update sees it known. Of a secret
/// input neither value nor path is shown in a form that leads to it.
#[derive(Debug, Default)]
pub struct Checks {
    path: String,
    errors: Vec<PropertyError>,
    warnings: Vec<PropertyError>,
}

/// Why a value is wrong.
///
/// The engine prints the value beside it, so the reason says what was expected, and does not repeat the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    reason: String,
    nearest: Option<String>,
}

impl Wrong {
    /// What was expected: lower case, no final stop.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), nearest: None }
    }

    /// The nearest value that is right; not shown for a secret.
    #[must_use]
    pub fn nearest(mut self, value: impl ToString) -> Self {
        self.nearest = Some(value.to_string());
        self
    }

    fn told(self, secret: bool) -> String {
        match self.nearest {
            Some(nearest) if !secret => format!("{}; nearest: `{nearest}`", self.reason),
            _ => self.reason,
        }
    }
}

impl From<&str> for Wrong {
    fn from(reason: &str) -> Self {
        Self::new(reason)
    }
}

impl From<String> for Wrong {
    fn from(reason: String) -> Self {
        Self::new(reason)
    }
}

impl Checks {
    /// Reports an error at a member, or at the value itself where `member` is empty.
    pub fn error(&mut self, member: &str, reason: impl Into<String>) {
        let path = join_path(&self.path, member);
        self.errors.push(PropertyError::new(path, reason));
    }

    /// Reports a warning at a member, or at the value itself where `member` is empty.
    pub fn warning(&mut self, member: &str, reason: impl Into<String>) {
        let path = join_path(&self.path, member);
        self.warnings.push(PropertyError::new(path, reason));
    }

    /// Judges a plain value.
    pub fn plain<T: ?Sized>(&mut self, member: &str, value: &T, judge: impl FnOnce(&T) -> Result<(), Wrong>) {
        if let Err(wrong) = judge(value) {
            self.error(member, wrong.told(false));
        }
    }

    /// Judges a plain value that is taken all the same.
    pub fn warn_plain<T: ?Sized>(&mut self, member: &str, value: &T, judge: impl FnOnce(&T) -> Result<(), Wrong>) {
        if let Err(wrong) = judge(value) {
            self.warning(member, wrong.told(false));
        }
    }

    /// Judges an eventual value, where it is known.
    pub fn input<T: Clone + Send + Sync + 'static>(
        &mut self,
        member: &str,
        input: &Input<T>,
        judge: impl FnOnce(&T) -> Result<(), Wrong>,
    ) {
        self.errors.extend(self.judged(member, input, judge));
    }

    /// Judges an eventual value that is taken all the same, where it is known.
    pub fn warn_input<T: Clone + Send + Sync + 'static>(
        &mut self,
        member: &str,
        input: &Input<T>,
        judge: impl FnOnce(&T) -> Result<(), Wrong>,
    ) {
        self.warnings.extend(self.judged(member, input, judge));
    }

    /// Reports what is wrong where an eventual value stands, but not with the value: its name, or that it is there.
    pub fn at_input<T: Clone + Send + Sync + 'static>(
        &mut self,
        member: &str,
        input: &Input<T>,
        verdict: Result<(), Wrong>,
    ) {
        if let Err(wrong) = verdict {
            let secret = input.given().is_some_and(|resolved| resolved.secret);
            self.errors.push(PropertyError::new(self.place(member, secret), wrong.told(false)));
        }
    }

    fn judged<T: Clone + Send + Sync + 'static>(
        &self,
        member: &str,
        input: &Input<T>,
        judge: impl FnOnce(&T) -> Result<(), Wrong>,
    ) -> Option<PropertyError> {
        let resolved = input.given()?;
        let wrong = judge(resolved.value.as_ref()?).err()?;
        Some(PropertyError::new(self.place(member, resolved.secret), wrong.told(resolved.secret)))
    }

    /// The engine prints what stands at a path, so a secret's must not lead to it.
    fn place(&self, member: &str, secret: bool) -> String {
        let path = join_path(&self.path, member);
        if secret { format!("{path} (secret)") } else { path }
    }

    /// Checks the members of a member.
    pub fn under(&mut self, member: &str, check: impl FnOnce(&mut Self)) {
        let inner = join_path(&self.path, member);
        let outer = std::mem::replace(&mut self.path, inner);
        check(self);
        self.path = outer;
    }

    /// Checks every element of a list.
    pub fn each<'t, T: 't>(
        &mut self,
        member: &str,
        items: impl IntoIterator<Item = &'t T>,
        mut check: impl FnMut(&mut Self, &'t T),
    ) {
        for (index, item) in items.into_iter().enumerate() {
            self.under(&format!("{member}[{index}]"), |checks| check(checks, item));
        }
    }

    /// Checks every entry of a map; its key is given beside it.
    pub fn each_entry<'t, T: 't>(
        &mut self,
        member: &str,
        entries: impl IntoIterator<Item = (&'t String, &'t T)>,
        mut check: impl FnMut(&mut Self, &'t str, &'t T),
    ) {
        for (key, value) in entries {
            let path = join_path(member, &path_member(key));
            self.under(&path, |checks| check(checks, key, value));
        }
    }

    /// The errors so far.
    pub fn errors(&self) -> &[PropertyError] {
        &self.errors
    }

    /// The warnings so far.
    pub fn warnings(&self) -> &[PropertyError] {
        &self.warnings
    }

    pub(crate) fn into_parts(self) -> (Vec<PropertyError>, Vec<PropertyError>) {
        (self.errors, self.warnings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Output, Resolved};

    fn even(number: &u32) -> Result<(), Wrong> {
        if number.is_multiple_of(2) { Ok(()) } else { Err(Wrong::new("expected an even number").nearest(number + 1)) }
    }

    fn told(checks: Checks) -> Vec<String> {
        checks.into_parts().0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn paths_are_those_of_the_members() {
        let mut checks = Checks::default();
        checks.under("outer", |checks| {
            checks.each("list", &[2, 3], |checks, number| checks.plain("", number, even));
            checks.each_entry(
                "map",
                &std::collections::BTreeMap::from([("a.b".to_owned(), 5)]),
                |checks, _, number| {
                    checks.plain("n", number, even);
                },
            );
        });
        checks.plain("last", &7, even);
        assert_eq!(
            told(checks),
            [
                "outer.list[1]: expected an even number; nearest: `4`",
                "outer.map[\"a.b\"].n: expected an even number; nearest: `6`",
                "last: expected an even number; nearest: `8`",
            ]
        );
    }

    #[test]
    fn an_unknown_input_is_left_aside() {
        let mut checks = Checks::default();
        checks.input("later", &Output::<u32>::unknown().into(), even);
        assert!(checks.errors().is_empty());
    }

    #[test]
    fn a_secret_input_shows_neither_its_value_nor_a_path_to_it() {
        let mut checks = Checks::default();
        let secret = Output::resolved(Resolved { secret: true, ..Resolved::known(3_u32) });
        checks.input("hidden", &secret.into(), even);
        assert_eq!(told(checks), ["hidden (secret): expected an even number"]);
    }

    #[test]
    fn what_is_wrong_with_a_secrets_name_does_not_lead_to_its_value() {
        let mut checks = Checks::default();
        let secret: Input<u32> = Input::from(Output::resolved(Resolved { secret: true, ..Resolved::known(2_u32) }));
        let unknown: Input<u32> = Output::unknown().into();
        checks.under("map", |checks| {
            checks.each_entry("", &std::collections::BTreeMap::from([("aws:a".to_owned(), ())]), |checks, _, ()| {
                checks.at_input("", &secret, Err("a reserved name".into()));
                checks.at_input("", &unknown, Err("a reserved name".into()));
            });
        });
        assert_eq!(told(checks), ["map[\"aws:a\"] (secret): a reserved name", "map[\"aws:a\"]: a reserved name"]);
    }

    #[test]
    fn a_warning_is_no_error() {
        let mut checks = Checks::default();
        checks.warning("x", "odd, but it works");
        checks.warn_plain("y", &3, even);
        checks.warn_input("z", &3.into(), even);
        assert!(checks.errors().is_empty());
        let warnings: Vec<_> = checks.warnings().iter().map(ToString::to_string).collect();
        assert_eq!(
            warnings,
            [
                "x: odd, but it works",
                "y: expected an even number; nearest: `4`",
                "z: expected an even number; nearest: `4`",
            ]
        );
    }
}
