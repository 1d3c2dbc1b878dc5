module github.com/fe115bb3/dealtracker/dealstate/cmd/dealstate

go 1.26.0

require (
	github.com/alecthomas/kong v1.17.0
	github.com/fe115bb3/dealtracker v0.0.0-00010101000000-000000000000
	github.com/fe115bb3/dealtracker/dealstate/journal/sqlite v0.0.0-00010101000000-000000000000
	github.com/fe115bb3/dealtracker/dealstate/parquet v0.0.0-00010101000000-000000000000
	github.com/stretchr/testify v1.12.1
)

require (
	github.com/andybalholm/brotli v1.1.1 // indirect
	github.com/dustin/go-humanize v1.1.0 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/klauspost/compress v1.18.3 // indirect
	github.com/looplab/fsm v1.0.3 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/ncruces/go-strftime v1.1.0 // indirect
	github.com/parquet-go/bitpack v1.0.0 // indirect
	github.com/parquet-go/jsonlite v1.0.0 // indirect
	github.com/parquet-go/parquet-go v0.32.0 // indirect
	github.com/pierrec/lz4/v4 v4.1.21 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/twpayne/go-geom v1.6.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/text v0.41.0 // indirect
	google.golang.org/protobuf v1.34.2 // indirect
	modernc.org/libc v1.80.1 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
	modernc.org/sqlite v1.62.0 // indirect
)

replace (
	github.com/fe115bb3/dealtracker => ../../..
	github.com/fe115bb3/dealtracker/dealstate/journal/sqlite => ../../journal/sqlite
	github.com/fe115bb3/dealtracker/dealstate/parquet => ../../parquet
)
