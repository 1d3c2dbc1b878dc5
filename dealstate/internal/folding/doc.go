// Package folding is what the stores share that write folds of every deal into tables.
package folding
