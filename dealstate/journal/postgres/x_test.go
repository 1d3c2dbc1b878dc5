package postgres_test

const childURL = "X_CHILD"
