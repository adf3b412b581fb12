//! Rules and variables that refer to themselves, directly or through others: Guard never ends the evaluation of one.

use std::collections::{BTreeMap, BTreeSet};

use crate::inputs::bounds::guard::stop::Stop;

/// What can refer to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node<'t> {
    /// A rule, with or without parameters.
    Rule(&'t str),
    /// A variable of the block with this number: Guard looks there first.
    Variable(usize, &'t str),
}

/// References in the order of the text.
#[derive(Default)]
pub(super) struct Links<'t> {
    /// For each that refers to others: where, and to which.
    all: BTreeMap<Node<'t>, Vec<(usize, Node<'t>)>>,
}

impl<'t> Links<'t> {
    pub(super) fn add(&mut self, at: usize, from: Node<'t>, to: Node<'t>) {
        self.all.entry(from).or_default().push((at, to));
    }

    /// A reference that closes a circle.
    pub(super) fn circle(&self) -> Option<Stop> {
        let mut done = BTreeSet::new();
        let mut starts: Vec<_> =
            self.all.iter().map(|(node, links)| (links.first().map(|(at, _)| *at), *node)).collect();
        starts.sort_unstable();
        starts.into_iter().find_map(|(_, start)| self.circle_from(start, &mut done))
    }

    fn circle_from(&self, start: Node<'t>, done: &mut BTreeSet<Node<'t>>) -> Option<Stop> {
        let links = |node| self.all.get(&node).map(Vec::as_slice).unwrap_or_default().iter();
        let (mut path, mut open) = (vec![(start, links(start))], BTreeSet::from([start]));
        while let Some((node, rest)) = path.last_mut() {
            match rest.next() {
                Some((at, to)) if open.contains(to) => return Some(stop(*at, *to)),
                Some((_, to)) if done.contains(to) => {}
                Some((_, to)) => {
                    open.insert(*to);
                    path.push((*to, links(*to)));
                }
                None => {
                    open.remove(node);
                    done.insert(*node);
                    path.pop();
                }
            }
        }
        None
    }
}

fn stop(at: usize, node: Node<'_>) -> Stop {
    let what = match node {
        Node::Rule(name) => format!("the rule `{name}`"),
        Node::Variable(_, name) => format!("the variable `%{name}`"),
    };
    Stop::new(at, format!("{what} refers to itself, here or through others: Guard cannot evaluate it"))
}
