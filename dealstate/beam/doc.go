// Package dealbeam folds logs of deals in pipelines of Apache Beam.
package dealbeam
