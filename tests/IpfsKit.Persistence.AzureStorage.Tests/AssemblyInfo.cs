using IpfsKit.Persistence.AzureStorage.Tests;

[assembly: AssemblyFixture(typeof(AzureStorage))]
