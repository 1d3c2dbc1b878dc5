// Package schematest validates with the schemas of package schema. It is a module of its
// own, so that no validator enters the library's requirements.
package schematest
