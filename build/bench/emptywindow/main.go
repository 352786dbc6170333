// Command emptywindow is a Wails window with a heading in it: the floor against
// which the first paint of Longhand is measured.
package main

import (
	"fmt"
	"os"
	"testing/fstest"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
)

const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Empty</title></head>
<body style="background:#fcfcfb;color:#191e26;font:28px serif;padding:120px 400px"><h1>An empty window</h1></body></html>`

func main() {
	os.Setenv("LANG", "en_US.UTF-8")
	os.Setenv("LC_ALL", "en_US.UTF-8")
	err := wails.Run(&options.App{
		Title: "Empty", Width: 1360, Height: 860,
		AssetServer: &assetserver.Options{Assets: fstest.MapFS{"index.html": {Data: []byte(page)}}},
		Linux:       &linux.Options{WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
