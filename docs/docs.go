// Package docs holds those of the documents that the program shows by itself.
package docs

import _ "embed"

// OpenAPI describes the HTTP API.
//
//go:embed openapi.yaml
var OpenAPI []byte
