using IpfsKit.ClientSample.Commands;

return await new Cli(Console.Out, Console.Error).RunAsync(args);
