// Package frontend carries the built front end. Before it is built there is
// only a placeholder, so that everything else compiles on a fresh checkout.
package frontend

import (
	"embed"
	"io/fs"
)

// Policy is what the page may load and run: its own files, and no script or
// style sheet from anywhere else. index.html says the same for a view that sends
// no headers. CodeMirror writes its styles as it goes, hence the one exception.
const Policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; object-src 'none'; base-uri 'none'"

//go:embed all:dist
var dist embed.FS

// Dist is the folder that Vite wrote.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path, and Sub refuses nothing else
	}
	return sub
}
