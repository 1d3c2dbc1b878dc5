// Package browsertest drives the pages of dealstate/web in a real browser. It holds tests
// only, in a module of its own, so that nobody who imports the library pays for a browser.
//
//	./setup.sh && go test ./...
//
// A missing browser is a failure. SCREENSHOTS names a folder to which every page is
// written as a picture.
package browsertest
