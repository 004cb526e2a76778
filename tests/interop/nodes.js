'use strict';

/*
 * Full nodes of bcoin in one process, on loopback, in regtest.
 *
 *     node nodes.js COUNT FIRST-PORT
 *
 * Node i listens at 127.2.0.(i+1). The first line of standard output is {"event":"ready","nodes":[...]}: of each
 * node its address and the addresses that it knows. Then commands are read from standard input, one JSON object a
 * line, and what happens is told on standard output:
 *
 *     {"do":"dial","node":0,"to":"127.0.0.1:1"}   events "open" (handshake done), "pong" and "closed" follow
 *     {"do":"stop"}                                the end
 *
 * Nothing leaves this machine: nodes do not look for others, and dial whom they are told to.
 */

const assert = require('assert');
const net = require('net');
const readline = require('readline');
const bcoin = require('bcoin');
const Pool = require('bcoin/lib/net/pool');
const Peer = require('bcoin/lib/net/peer');
const NetAddress = require('bcoin/lib/net/netaddress');

// By default a node asks the world for its address and for others.
for (const name of ['discoverGateway', 'discoverExternal', 'discoverSeeds', 'fillOutbound']) {
  assert(typeof Pool.prototype[name] === 'function', name);
  Pool.prototype[name] = async () => {};
}

const count = Number(process.argv[2]);
const port = Number(process.argv[3]);
const host_of = i => `127.2.0.${i + 1}`;
const neighbours = 3;

function tell(what) {
  process.stdout.write(JSON.stringify(what) + '\n');
}

async function start(i) {
  const host = host_of(i);
  const node = new bcoin.FullNode({
    network: 'regtest',
    memory: true,
    workers: false,
    listen: true,
    host,
    port,
    httpHost: host,
    httpPort: port + 1,
    logLevel: 'none',
    seeds: [] // Those of regtest are this machine's default port, and would be gossiped.
  });
  // All of 127/8 is this machine: who dials says which of it it is.
  node.pool.options.createSocket = (to, at) =>
    net.connect({port: to, host: at, localAddress: host});
  await node.open();
  await node.connect();
  return node;
}

/// Nodes stand in a ring and know those after them: from any, all can be found.
function fill_table(node, i) {
  const known = [];
  for (let step = 1; step <= neighbours; step++) {
    const host = host_of((i + step * step) % count);
    const address = NetAddress.fromHost(host, port, 'regtest');
    address.services = node.pool.options.services;
    address.time = Math.floor(Date.now() / 1000) - 60 * step;
    assert(node.pool.hosts.add(address));
    known.push(`${host}:${port}`);
  }
  return known;
}

function dial(nodes, i, to) {
  const pool = nodes[i].pool;
  const peer = Peer.fromOutbound(pool.options, NetAddress.fromHostname(to, 'regtest'));
  peer.on('error', () => {});
  // It stays with full nodes only, and a crawler offers nothing: let it take us for one.
  let services = 0;
  const handle_version = peer.handleVersion;
  peer.handleVersion = (packet) => {
    services = packet.services;
    packet.services |= pool.options.services;
    return handle_version.call(peer, packet);
  };
  peer.once('open', () => {
    tell({event: 'open', node: i, agent: peer.agent, services});
    peer.sendPing();
  });
  peer.on('packet', (packet) => {
    if (packet.type === bcoin.packets.types.PONG)
      tell({event: 'pong', node: i});
  });
  peer.once('close', connected => tell({event: 'closed', node: i, connected}));
  peer.tryOpen();
}

(async () => {
  const nodes = [];
  for (let i = 0; i < count; i++)
    nodes.push(await start(i));
  tell({
    event: 'ready',
    agent: nodes[0].pool.options.agent,
    protocol: nodes[0].pool.options.version,
    services: nodes[0].pool.options.services,
    nodes: nodes.map((node, i) => ({
      address: `${host_of(i)}:${port}`,
      knows: fill_table(node, i)
    }))
  });
  const commands = readline.createInterface({input: process.stdin});
  for await (const line of commands) {
    const command = JSON.parse(line);
    if (command.do === 'dial')
      dial(nodes, command.node, command.to);
    else if (command.do === 'stop')
      break;
  }
  process.exit(0);
})().catch((e) => {
  process.stderr.write(`${e.stack}\n`);
  process.exit(1);
});
