// The rival in JavaScript: the package ws, and a loop that sends each event to everybody.
//
//     node node_ws.js PORT
"use strict";
const http = require("http");
const { WebSocketServer } = require("ws");

const server = http.createServer((request, response) => {
  const pieces = [];
  request.on("data", (piece) => pieces.push(piece));
  request.on("end", () => {
    const event = Buffer.concat(pieces);
    for (const client of sockets.clients) client.send(event, { binary: false });
    response.writeHead(202, { "Content-Length": 0 });
    response.end();
  });
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
server.keepAliveTimeout = 600_000;
server.maxRequestsPerSocket = 0;
server.listen(Number(process.argv[2]), "127.0.0.1", 4096);
