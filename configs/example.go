package configs

import _ "embed" // for Example

// Example is a configuration with every key in it, each explained: what is not commented out is the least that runs.
//
//go:embed zoomtag.example.yaml
var Example []byte
