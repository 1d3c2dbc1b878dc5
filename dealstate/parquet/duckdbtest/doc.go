// Package duckdbtest holds package parquet to DuckDB: that DuckDB reads what parquet writes, to
// the nanosecond, and that parquet reads what DuckDB writes; and it measures the two over one
// file. It has no code of its own. It is a module by itself, for its driver needs cgo.
//
//	go test .                                     # some seconds, once DuckDB is linked
//	go test -run XXX -bench . -benchtime 5x .     # minutes: 10 million events
//	go test -run Committed -update .              # writes ../testdata anew
package duckdbtest
