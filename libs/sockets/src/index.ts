export * from './client-network.js';
export * from './close-codes.js';
export * from './socket.js';
export * from './sockets.js';
export * from './sockets.module.js';
