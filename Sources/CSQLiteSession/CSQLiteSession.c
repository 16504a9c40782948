#define SQLITE_ENABLE_SESSION 1
#define SQLITE_ENABLE_PREUPDATE_HOOK 1
#include <sqlite3.h>

#include "CSQLiteSession.h"

// Weak: a library without the extension is found out by wgp_session_available, and not by the program failing to start.
#pragma weak sqlite3session_create
#pragma weak sqlite3session_attach
#pragma weak sqlite3session_changeset
#pragma weak sqlite3session_delete
#pragma weak sqlite3changeset_invert
#pragma weak sqlite3changeset_apply
#pragma weak sqlite3changeset_op
#pragma weak sqlite3changeset_start
#pragma weak sqlite3changeset_next
#pragma weak sqlite3changeset_new
#pragma weak sqlite3changeset_old
#pragma weak sqlite3changeset_finalize

bool wgp_sqlite_without_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
}

bool wgp_session_available(void) {
    return sqlite3session_create && sqlite3session_attach && sqlite3session_changeset && sqlite3session_delete &&
           sqlite3changeset_invert && sqlite3changeset_apply && sqlite3changeset_op && sqlite3changeset_start &&
           sqlite3changeset_next && sqlite3changeset_new && sqlite3changeset_old && sqlite3changeset_finalize;
}

int wgp_session_begin(void *db, void **session) {
    return sqlite3session_create(db, "main", (sqlite3_session **)session);
}

int wgp_session_attach(void *session, const char *table) {
    return sqlite3session_attach(session, table);
}

int wgp_session_inverse(void *session, int *count, void **bytes) {
    *count = 0;
    *bytes = NULL;
    int forward_count = 0;
    void *forward = NULL;
    int result = sqlite3session_changeset(session, &forward_count, &forward);
    if (result == SQLITE_OK && forward_count > 0) {
        result = sqlite3changeset_invert(forward_count, forward, count, bytes);
    }
    sqlite3_free(forward);
    return result;
}

int wgp_session_changes(void *session, int *count, void **bytes) {
    *count = 0;
    *bytes = NULL;
    return sqlite3session_changeset(session, count, bytes);
}

int wgp_changes_open(int count, const void *bytes, void **changes) {
    *changes = NULL;
    // The function only reads the changes, but its declaration does not say so.
    return sqlite3changeset_start((sqlite3_changeset_iter **)changes, count, (void *)bytes);
}

int wgp_changes_next(void *changes) {
    return sqlite3changeset_next(changes);
}

int wgp_changes_row(void *changes, const char **table, int *columns, int *operation) {
    int indirect = 0;
    *table = NULL;
    *columns = 0;
    *operation = 0;
    return sqlite3changeset_op(changes, table, columns, operation, &indirect);
}

int wgp_changes_value(void *changes, bool after, int column, int *kind, int64_t *number, const void **bytes, int *count) {
    sqlite3_value *value = NULL;
    *kind = WGP_UNKNOWN;
    *number = 0;
    *bytes = NULL;
    *count = 0;
    int result = after ? sqlite3changeset_new(changes, column, &value) : sqlite3changeset_old(changes, column, &value);
    if (result != SQLITE_OK || value == NULL) {
        return result;
    }
    *kind = sqlite3_value_type(value);
    switch (*kind) {
    case WGP_INTEGER:
        *number = sqlite3_value_int64(value);
        break;
    case WGP_TEXT:
        *bytes = sqlite3_value_text(value);
        *count = sqlite3_value_bytes(value);
        break;
    case WGP_BLOB:
        *bytes = sqlite3_value_blob(value);
        *count = sqlite3_value_bytes(value);
        break;
    default:
        break;
    }
    return SQLITE_OK;
}

void wgp_changes_close(void *changes) {
    sqlite3changeset_finalize(changes);
}

void wgp_session_end(void *session) {
    sqlite3session_delete(session);
}

static int resolve(void *context, int conflict, sqlite3_changeset_iter *change) {
    (void)context;
    const char *table = NULL;
    int columns = 0, operation = 0, indirect = 0;
    switch (conflict) {
    case SQLITE_CHANGESET_NOTFOUND:
        if (sqlite3changeset_op(change, &table, &columns, &operation, &indirect) != SQLITE_OK) {
            return SQLITE_CHANGESET_ABORT;
        }
        return operation == SQLITE_DELETE ? SQLITE_CHANGESET_OMIT : SQLITE_CHANGESET_ABORT;
    case SQLITE_CHANGESET_DATA:
    case SQLITE_CHANGESET_CONFLICT:
        return SQLITE_CHANGESET_REPLACE;
    default:
        return SQLITE_CHANGESET_ABORT;
    }
}

int wgp_changes_apply(void *db, int count, const void *bytes) {
    // The function only reads the changes, but its declaration does not say so.
    return sqlite3changeset_apply(db, count, (void *)bytes, NULL, resolve, NULL);
}

void wgp_session_free(void *bytes) {
    sqlite3_free(bytes);
}
