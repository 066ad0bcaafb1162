//! The sample backend has the flaws that were put into it, and no others.

use crate::support::{scan::scan, temp};
use pretty_assertions::assert_eq;
use proscenium::propose::sample_files;
use std::fs;

#[test]
fn the_sample_has_exactly_its_planted_flaws() {
    let folder = temp::folder();
    for file in sample_files("python") {
        let path = folder.path().join(file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.bytes).unwrap();
    }
    let found: Vec<(String, String, String)> = scan(folder.path())
        .findings
        .into_iter()
        .map(|finding| (finding.rule, finding.file, finding.symbol))
        .collect();
    let expected = [
        ("orm/unbounded-list", "app/repositories/customers.py", "CustomerRepository.list_all"),
        ("sec/sql-interpolated-value", "app/repositories/customers.py", "CustomerRepository.search"),
        ("sec/secret-assigned-to-name", "app/routers/courier.py", ""),
        ("arch/router-uses-orm", "app/routers/reports.py", "top_customers"),
        ("orm/n-plus-one", "app/services/orders.py", "OrderService.of_customer"),
        ("mig/fk-missing-index", "migrations/0002_orders.sql", "order_lines"),
    ];
    let expected: Vec<(String, String, String)> =
        expected.iter().map(|(a, b, c)| ((*a).into(), (*b).into(), (*c).into())).collect();
    assert_eq!(found, expected);
}
