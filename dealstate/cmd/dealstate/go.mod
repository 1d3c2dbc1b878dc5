module github.com/fe115bb3/dealtracker/dealstate/cmd/dealstate

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/fe115bb3/dealtracker v0.0.0-00010101000000-000000000000
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/looplab/fsm v1.0.3 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/text v0.41.0 // indirect
)

replace (
	github.com/fe115bb3/dealtracker => ../../..
	github.com/fe115bb3/dealtracker/dealstate/journal/sqlite => ../../journal/sqlite
)
