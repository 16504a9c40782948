// SQLite's session extension (https://sqlite.org/sessionintro.html): what a transaction changed, turned round so that it
// can be taken back later. The header of SQLite shows it only with macros that have to be defined before the first
// inclusion, and whether the library has it is known only when the program runs.
//
// Connections and sessions are passed as plain pointers, so that no declaration of SQLite's leaves this target. Functions
// that return int return a result code of SQLite (https://sqlite.org/rescode.html), 0 for success.

#ifndef CSQLITESESSION_H
#define CSQLITESESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Tells SQLite not to count what memory it uses: each of its allocations would take a lock for that. To be called before
// anything else is asked of it; false where it was too late.
bool wgp_sqlite_without_memory_statistics(void);

// Whether the library that the program runs with has the extension. Where not, nothing else here may be called.
bool wgp_session_available(void);

// Begins to record what the connection `db` (a sqlite3 *) changes in the tables that are attached.
int wgp_session_begin(void *db, void **session);

// Records a table, which must have a primary key. Changes are given out by table, in the order the tables were attached.
int wgp_session_attach(void *session, const char *table);

// The changes so far, turned round. `bytes` gets memory that wgp_session_free frees; none where nothing changed.
int wgp_session_inverse(void *session, int *count, void **bytes);

// The changes so far as they were made; else as wgp_session_inverse.
int wgp_session_changes(void *session, int *count, void **bytes);

// Begins to read changes, which must outlive the reading.
int wgp_changes_open(int count, const void *bytes, void **changes);

// Goes to the next row that was changed: 100 where there is one (SQLITE_ROW), 101 behind the last (SQLITE_DONE).
int wgp_changes_next(void *changes);

// What became of the row: its table, how many columns that has, and 18, 23 or 9 for SQLITE_INSERT, SQLITE_UPDATE and
// SQLITE_DELETE. The name is valid until the next row.
int wgp_changes_row(void *changes, const char **table, int *columns, int *operation);

// The kinds of value: the datatypes of SQLite, and 0 for a column that the change says nothing of.
enum { WGP_UNKNOWN = 0, WGP_INTEGER = 1, WGP_FLOAT = 2, WGP_TEXT = 3, WGP_BLOB = 4, WGP_NULL = 5 };

// A value of the row before or after the change. `bytes` is valid until the next row.
int wgp_changes_value(void *changes, bool after, int column, int *kind, int64_t *number, const void **bytes, int *count);

// Ends the reading.
void wgp_changes_close(void *changes);

// Ends the recording. Must be called before the connection is closed.
void wgp_session_end(void *session);

// Makes the changes, all or none. A row that is no longer there counts as deleted; one that somebody else changed or made
// in the meantime is overwritten; whatever else is in the way ends in SQLITE_ABORT (4).
int wgp_changes_apply(void *db, int count, const void *bytes);

// Frees what wgp_session_inverse gave.
void wgp_session_free(void *bytes);

#endif
