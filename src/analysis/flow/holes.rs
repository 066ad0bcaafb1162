//! Layers that the way of an endpoint skips, in the words that screens show.

use crate::domain::{
    layer::Layer,
    map::{FlowStep, Hole},
    place::Place,
};

/// The holes of a way. An endpoint that touches no data skips nothing but tests.
pub(super) fn find(steps: &[FlowStep], queries: &[(Layer, Place)], tests: &[FlowStep]) -> Vec<Hole> {
    let has = |layer: Layer| steps.iter().any(|step| step.layer == layer);
    let query_in =
        |layer: Layer| queries.iter().find(|(found, _)| *found == layer).map(|(_, place)| place.clone());
    let mut holes = Vec::new();
    let in_handler = query_in(Layer::Router);
    if !has(Layer::Service) {
        if let Some(place) = &in_handler {
            holes.push(hole(Layer::Service, "no service: the handler does it", Some(place.clone())));
        } else if let Some(step) = steps.iter().find(|step| step.layer == Layer::Repository) {
            let place = Place::new(step.file.clone(), step.line);
            holes.push(hole(Layer::Service, "skipped: the handler calls the repository", Some(place)));
        }
    }
    if !has(Layer::Repository) {
        if let Some(place) = query_in(Layer::Service) {
            holes.push(hole(Layer::Repository, "skipped: the service queries", Some(place)));
        } else if let Some(place) = in_handler {
            holes.push(hole(Layer::Repository, "skipped: the handler queries", Some(place)));
        }
    }
    if tests.is_empty() {
        holes.push(hole(Layer::Test, "no test", None));
    }
    holes
}

fn hole(layer: Layer, reason: &str, place: Option<Place>) -> Hole {
    Hole { layer, reason: reason.to_owned(), place }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn step(layer: Layer) -> FlowStep {
        FlowStep { layer, symbol: "x".into(), file: "a.py".into(), line: 3, call: String::new(), tests: 0 }
    }

    fn reasons(steps: &[Layer], queries: &[Layer], tested: bool) -> Vec<String> {
        let steps: Vec<_> = steps.iter().map(|layer| step(*layer)).collect();
        let queries: Vec<_> = queries.iter().map(|layer| (*layer, Place::new("a.py", 7))).collect();
        let tests = if tested { vec![step(Layer::Test)] } else { Vec::new() };
        find(&steps, &queries, &tests).into_iter().map(|hole| hole.reason).collect()
    }

    #[test]
    fn a_handler_that_queries_skips_service_and_repository() {
        assert_eq!(
            reasons(&[Layer::Router, Layer::Model], &[Layer::Router], true),
            ["no service: the handler does it", "skipped: the handler queries"]
        );
    }

    #[test]
    fn a_service_that_queries_skips_the_repository() {
        assert_eq!(
            reasons(&[Layer::Router, Layer::Service], &[Layer::Service], true),
            ["skipped: the service queries"]
        );
    }

    #[test]
    fn a_whole_way_has_no_hole_and_a_way_without_data_lacks_only_its_test() {
        assert!(
            reasons(&[Layer::Router, Layer::Service, Layer::Repository], &[Layer::Repository], true)
                .is_empty()
        );
        assert_eq!(reasons(&[Layer::Router], &[], false), ["no test"]);
    }
}
