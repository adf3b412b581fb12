//! A component's own checks of its inputs: what the schema of a single one cannot say.

use property_path::{PropertyError, PropertyPath};

use crate::values::input::Input;

/// Where a component reports what it finds in its inputs, with the path it stands at.
///
/// Errors refuse the component before anything is registered; warnings are told and the run goes on. An eventual input
/// is judged where its value is known: a preview leaves an unknown one aside, and the update sees it known. Of a secret
/// input neither value nor path is shown in a form that leads to it.
///
/// ```
/// use pulumi_component::{Checks, Input, InvalidValue};
///
/// fn check(mail: &Input<String>, checks: &mut Checks) {
///     checks.input("mail", mail, |mail| match mail.contains('@') {
///         true => Ok(()),
///         false => Err(InvalidValue::new("expected an e-mail address")),
///     });
/// }
/// ```
#[derive(Debug, Default)]
pub struct Checks {
    path: PropertyPath,
    errors: Vec<PropertyError>,
    warnings: Vec<PropertyError>,
}

/// Why a value is wrong.
///
/// The engine prints the value beside it, so the reason says what was expected, and does not repeat the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue {
    reason: String,
    nearest: Option<String>,
}

impl InvalidValue {
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

impl From<&str> for InvalidValue {
    fn from(reason: &str) -> Self {
        Self::new(reason)
    }
}

impl From<String> for InvalidValue {
    fn from(reason: String) -> Self {
        Self::new(reason)
    }
}

impl Checks {
    /// Reports an error at a member, or at the value itself where `member` is empty. A text is one member, whatever characters
    /// it has: the way further in is `["outer", "inner"]`, `("list", 0)` or a [`PropertyPath`].
    pub fn error(&mut self, member: impl Into<PropertyPath>, reason: impl Into<String>) {
        self.errors.push(PropertyError::new(self.path.join(member), reason));
    }

    /// Reports a warning at a member, or at the value itself where `member` is empty.
    pub fn warning(&mut self, member: impl Into<PropertyPath>, reason: impl Into<String>) {
        self.warnings.push(PropertyError::new(self.path.join(member), reason));
    }

    /// Reports an error that was found elsewhere; its path goes on from here.
    pub fn add_error(&mut self, error: PropertyError) {
        self.errors.push(error.under(&self.path));
    }

    /// Reports a warning that was found elsewhere; its path goes on from here.
    pub fn add_warning(&mut self, warning: PropertyError) {
        self.warnings.push(warning.under(&self.path));
    }

    /// Judges a plain value.
    pub fn plain<T: ?Sized>(
        &mut self,
        member: impl Into<PropertyPath>,
        value: &T,
        judge: impl FnOnce(&T) -> Result<(), InvalidValue>,
    ) {
        if let Err(wrong) = judge(value) {
            self.error(member, wrong.told(false));
        }
    }

    /// Judges a plain value that is taken all the same.
    pub fn warn_plain<T: ?Sized>(
        &mut self,
        member: impl Into<PropertyPath>,
        value: &T,
        judge: impl FnOnce(&T) -> Result<(), InvalidValue>,
    ) {
        if let Err(wrong) = judge(value) {
            self.warning(member, wrong.told(false));
        }
    }

    /// Judges an eventual value, where it is known.
    pub fn input<T: Clone + Send + Sync + 'static>(
        &mut self,
        member: impl Into<PropertyPath>,
        input: &Input<T>,
        judge: impl FnOnce(&T) -> Result<(), InvalidValue>,
    ) {
        self.errors.extend(self.judged(member.into(), input, judge));
    }

    /// Judges an eventual value that is taken all the same, where it is known.
    pub fn warn_input<T: Clone + Send + Sync + 'static>(
        &mut self,
        member: impl Into<PropertyPath>,
        input: &Input<T>,
        judge: impl FnOnce(&T) -> Result<(), InvalidValue>,
    ) {
        self.warnings.extend(self.judged(member.into(), input, judge));
    }

    /// Reports what is wrong where an eventual value stands, but not with the value: its name, or that it is there.
    pub fn at_input<T: Clone + Send + Sync + 'static>(
        &mut self,
        member: impl Into<PropertyPath>,
        input: &Input<T>,
        verdict: Result<(), InvalidValue>,
    ) {
        if let Err(wrong) = verdict {
            let secret = input.given().is_some_and(|resolved| resolved.secret);
            let error = PropertyError::new(self.path.join(member), wrong.told(false));
            self.errors.push(error.sensitive_if(secret));
        }
    }

    fn judged<T: Clone + Send + Sync + 'static>(
        &self,
        member: PropertyPath,
        input: &Input<T>,
        judge: impl FnOnce(&T) -> Result<(), InvalidValue>,
    ) -> Option<PropertyError> {
        let resolved = input.given()?;
        let wrong = judge(resolved.value.as_ref()?).err()?;
        let error = PropertyError::new(self.path.join(member), wrong.told(resolved.secret));
        Some(error.sensitive_if(resolved.secret))
    }

    /// Checks the members of a member.
    pub fn under(&mut self, member: impl Into<PropertyPath>, check: impl FnOnce(&mut Self)) {
        let inner = self.path.join(member);
        let outer = std::mem::replace(&mut self.path, inner);
        check(self);
        self.path = outer;
    }

    /// Checks every element of a list.
    pub fn each<'t, T: 't>(
        &mut self,
        member: impl Into<PropertyPath>,
        items: impl IntoIterator<Item = &'t T>,
        mut check: impl FnMut(&mut Self, &'t T),
    ) {
        let list = member.into();
        for (index, item) in items.into_iter().enumerate() {
            self.under(list.index(index), |checks| check(checks, item));
        }
    }

    /// Checks every entry of a map; its key is given beside it.
    pub fn each_entry<'t, T: 't>(
        &mut self,
        member: impl Into<PropertyPath>,
        entries: impl IntoIterator<Item = (&'t String, &'t T)>,
        mut check: impl FnMut(&mut Self, &'t str, &'t T),
    ) {
        let map = member.into();
        for (key, value) in entries {
            self.under(map.member(key), |checks| check(checks, key, value));
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
    use crate::values::output::{Output, Resolved};

    fn even(number: &u32) -> Result<(), InvalidValue> {
        if number.is_multiple_of(2) {
            Ok(())
        } else {
            Err(InvalidValue::new("expected an even number").nearest(number + 1))
        }
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
    fn what_was_found_elsewhere_keeps_its_mark_under_the_path_from_here() {
        let mut checks = Checks::default();
        let found = |index: usize| PropertyError::new(index, "odd").sensitive_if(true).under("list");
        checks.under("outer", |checks| {
            checks.add_error(found(0));
            checks.add_warning(found(1));
        });
        assert_eq!(
            checks.warnings().iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["outer.list[1] (secret): odd"]
        );
        assert_eq!(told(checks), ["outer.list[0] (secret): odd"]);
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
