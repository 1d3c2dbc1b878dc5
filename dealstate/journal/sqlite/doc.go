// Package sqlite keeps a journal in one SQLite database.
package sqlite
