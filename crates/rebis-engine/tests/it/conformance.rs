//! Every case of the suite, on every database.

mod types {
    rebis_testkit::each_database! {
        case cases::types { integers, numbers, texts, times, enums, arrays }
    }
}

mod constraints {
    rebis_testkit::each_database! {
        case cases::constraints { unique_violation, duplicate_key, foreign_key_violation, not_null_violation, check_violation, missing_and_syntax }
    }
}

mod statements {
    rebis_testkit::each_database! {
        case cases::statements {
            matched_rows_count, last_insert_id, execute_many, execute_many_fails, large_results, unicode, rows_and_columns,
            statements_are_recorded, scripts,
        }
    }
}

mod stale {
    rebis_testkit::each_database! {
        case cases::stale { alone, streamed, shared, first_of_a_transaction, within_a_transaction, unknown_to_the_server }
    }
}

mod transactions {
    rebis_testkit::each_database! {
        case cases::transactions {
            commit_and_rollback, empty_transactions, steps_out_of_order, rollback_on_drop, savepoints, an_error_inside_a_savepoint,
            a_failed_transaction, isolation, read_only, writers_wait,
        }
    }
}

mod pool {
    rebis_testkit::each_database! {
        case cases::pool { exhausted, reuse, waited_for, recycle_and_ping }
    }
}

mod faults {
    rebis_testkit::each_database! {
        case cases::faults { cancelled_midway, server_gone, server_gone_while_idle, cannot_connect, files }
    }
}
